// Texts of a data set in UTF-8, whatever character set they came in (PS3.3 C.12.1.1.2).
#pragma once

class DcmDataset;

namespace cmr {

// Single character sets (ISO_IR n, GB18030, GBK), and those with code extensions (ISO 2022 IR n)
// that DCMTK and iconv can read; of Japanese ones those of ISO 2022 IR 6, 87 and 159, without
// half-width katakana (13). Texts of ASCII alone stay as they are, whatever set is named.
// Throws InputError: letters beyond ASCII and no set is named, or not in the set that is named, or
// in one that cannot be read.
void toUtf8(DcmDataset& dataset);

}  // namespace cmr
