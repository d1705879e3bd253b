// The MR images of an Orthanc to pretrain on, fetched one at a time when they are needed: a site
// pretrains on what it holds, without exporting a copy.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "models/pretrain_images.h"

namespace cmr {

class OrthancRest;

// Every instance of every series of modality MR, as PatientID/StudyInstanceUID/SeriesInstanceUID
// and Orthanc's identifier of the instance, in the order of these names, so that the same archive
// gives the same run. What this product stored is of other modalities and is not among them. The
// archive is asked one study after the other. Throws InputError when it does not answer as an
// Orthanc.
std::vector<ImageGroup> listArchive(const OrthancRest& archive);

// Reads what listArchive() named; of a multi-frame instance one frame.
ImageFormat archiveImages(std::shared_ptr<const OrthancRest> archive);

}  // namespace cmr
