// Reading values of a dataset without trusting them.
#pragma once

#include <optional>
#include <string>
#include <vector>

class DcmItem;
class DcmTagKey;

namespace cmr {

// The value as it stands, padding at the end removed; "" when absent or empty.
std::string textOf(DcmItem& item, const DcmTagKey& tag);
// Text byte for byte as it stands, spaces around single values included; only the padding at the
// end is removed. "" when absent, empty or not text.
std::string verbatimOf(DcmItem& item, const DcmTagKey& tag);
// The numbers of a numeric string, between backslashes; empty where one of them is none.
std::vector<double> numbersIn(const std::string& text);
// All values of a numeric or numeric-string element; empty when absent or not numbers.
std::vector<double> numbersOf(DcmItem& item, const DcmTagKey& tag);
// The first of them, when there is one and it is finite.
std::optional<double> numberOf(DcmItem& item, const DcmTagKey& tag);
// The first of them; `ifAbsent` where there is no value. Throws VerdictError ("broken-pixels")
// where there is one and it is no number ("0,5"): it must not pass for one that is absent.
double numberOrAbsent(DcmItem& item, const DcmTagKey& tag, double ifAbsent);
// The same, from the first item of a sequence.
DcmItem* firstItem(DcmItem& item, const DcmTagKey& sequence);
// DICOM TM "HHMMSS.FFFFFF" in milliseconds after midnight.
std::optional<double> timeMsOf(const std::string& tm);

}  // namespace cmr
