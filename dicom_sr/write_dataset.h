// Putting values into datasets that we write, and datasets into files. DCMTK's value checks stay
// out of the way, because identifiers of the source are quoted verbatim even when invalid; what
// DCMTK refuses all the same becomes an Error.
#pragma once

#include <string>
#include <vector>

#include "analysis/measurement.h"

class DcmDataset;
class DcmItem;
class DcmTagKey;

namespace cmr {

void putText(DcmItem& item, const DcmTagKey& tag, const std::string& value);
void putUint16(DcmItem& item, const DcmTagKey& tag, unsigned value);
// Appends an item to a sequence, which is made if it is not there.
DcmItem& addItem(DcmItem& item, const DcmTagKey& sequence);
// A sequence of no items, where DICOM wants the element but there is nothing to say (type 2).
void putEmptySequence(DcmItem& item, const DcmTagKey& sequence);
// Appends a code (PS3.3 8.8) as an item of the sequence.
void addCode(DcmItem& item, const DcmTagKey& sequence, const Code& code);

// Our own words in printable ASCII, which is right under every SpecificCharacterSet that the
// patient's attributes may need; backslashes, which would split values, become slashes. Cut off at
// the length given (PS3.5 6.2: 64 for LO, 16 for SH and CS, 1024 for ST).
std::string plainText(const std::string& text, std::size_t maxLength);

// A decimal string of at most 16 characters (VR DS) with up to nine significant digits.
std::string decimalString(double value);

// How pixels stand in a file: as they are, in Explicit VR Little Endian, or compressed without loss
// by JPEG-LS (PS3.5 A.4.3).
enum class PixelCoding { native, jpegLsLossless };

// The dataset as a part-10 file. Writing changes the dataset: with a coding other than native its
// own pixels are compressed, too.
std::string encodeFile(DcmDataset& dataset, PixelCoding coding = PixelCoding::native);

}  // namespace cmr
