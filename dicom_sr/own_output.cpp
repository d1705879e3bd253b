#include "dicom_sr/own_output.h"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>

#include <string>

#include "analysis/program.h"
#include "dicom_sr/dataset_values.h"

namespace cmr {

bool isOwnOutput(const DcmDataset& dataset) {
  // DCMTK's search functions are not const although they change nothing.
  auto& item = const_cast<DcmDataset&>(dataset);
  if (textOf(item, DCM_ManufacturerModelName) == programName) return true;
  DcmSequenceOfItems* contributors = nullptr;
  if (item.findAndGetSequence(DCM_ContributingEquipmentSequence, contributors).bad()) return false;
  for (unsigned long i = 0; i < contributors->card(); ++i) {
    if (textOf(*contributors->getItem(i), DCM_ManufacturerModelName) == programName) return true;
  }
  return false;
}

}  // namespace cmr
