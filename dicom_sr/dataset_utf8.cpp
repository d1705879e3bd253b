#include "dicom_sr/dataset_utf8.h"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcspchrs.h>
#include <dcmtk/dcmdata/dctk.h>
#include <iconv.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "analysis/errors.h"

namespace cmr {
namespace {

constexpr char escape = '\x1b';
constexpr const char* japanese = "ISO-2022-JP-2";  // ISO IR 6, 14, 87 and 159 (RFC 1554)

void forEachText(DcmDataset& dataset, const std::function<void(DcmElement&, OFString&)>& look) {
  DcmStack stack;
  while (dataset.nextObject(stack, OFTrue).good()) {
    DcmObject* object = stack.top();
    if (!object->isLeaf() || !object->isaString()) continue;
    auto& element = static_cast<DcmElement&>(*object);
    OFString text;
    if (element.getOFStringArray(text).good()) look(element, text);
  }
}

// Neither letters beyond ASCII nor a change of the character set by an escape sequence.
bool isAscii(DcmDataset& dataset) {
  bool isPlain = !dataset.containsExtendedCharacters(OFTrue);
  forEachText(dataset, [&](DcmElement&, const OFString& text) {
    if (text.find(escape) != OFString_npos) isPlain = false;
  });
  return isPlain;
}

// A single set needs no escape sequences, and some systems name it as if it did.
std::string withoutExtension(const std::string& name) {
  constexpr std::string_view extended = "ISO 2022 IR ";
  const bool isOne = name.rfind(extended, 0) == 0 && name.find('\\') == std::string::npos;
  return isOne ? "ISO_IR " + name.substr(extended.size()) : name;
}

bool isJapanese(const std::string& name) {
  for (const std::string first : {"", "ISO 2022 IR 6"}) {
    for (const char* rest :
         {"\\ISO 2022 IR 87", "\\ISO 2022 IR 159", "\\ISO 2022 IR 87\\ISO 2022 IR 159",
          "\\ISO 2022 IR 159\\ISO 2022 IR 87"}) {
      if (name == first + rest) return true;
    }
  }
  return false;
}

// Empty: it is not Japanese, or not readable here.
std::string utf8OfJapanese(const std::string& text) {
  iconv_t converter = ::iconv_open("UTF-8", japanese);
  if (reinterpret_cast<std::intptr_t>(converter) == -1) return {};
  std::string from = text;
  std::string to(4 * text.size(), '\0');
  char* in = from.data();
  char* out = to.data();
  std::size_t left = from.size();
  std::size_t room = to.size();
  const bool isRead = ::iconv(converter, &in, &left, &out, &room) != static_cast<std::size_t>(-1);
  ::iconv_close(converter);
  to.resize(isRead ? to.size() - room : 0);
  return to;
}

[[noreturn]] void refuseTexts(const std::string& name, const std::string& why) {
  throw InputError("its texts are not in the character set that it names, \"" + name + "\"" + why);
}

// DCMTK knows these sets by names that glibc's iconv does not.
void japaneseToUtf8(DcmDataset& dataset, const std::string& name) {
  forEachText(dataset, [&](DcmElement& element, const OFString& text) {
    if (text.empty()) return;
    const std::string utf8 = utf8OfJapanese({text.c_str(), text.length()});
    if (utf8.empty()) refuseTexts(name, "");
    element.putOFStringArray(OFString(utf8.c_str(), utf8.size()));
  });
  dataset.putAndInsertString(DCM_SpecificCharacterSet, "ISO_IR 192");
}

}  // namespace

void toUtf8(DcmDataset& dataset) {
  if (isAscii(dataset)) return;
  OFString named;
  dataset.findAndGetOFStringArray(DCM_SpecificCharacterSet, named);
  const std::string name = withoutExtension({named.c_str(), named.length()});
  if (name.empty() || name == "ISO_IR 6") {
    throw InputError("it has letters beyond ASCII and names no character set for them");
  }
  if (isJapanese(name)) return japaneseToUtf8(dataset, name);
  if (DcmSpecificCharacterSet set; set.selectCharacterSet(OFString(name.c_str())).bad()) {
    throw InputError("this program cannot read the character set that it names, " +
                     ('"' + std::string(named.c_str()) + '"'));
  }
  dataset.putAndInsertString(DCM_SpecificCharacterSet, name.c_str());
  const OFCondition done = dataset.convertToUTF8();
  if (done.bad()) refuseTexts(named.c_str(), std::string(" (") + done.text() + ")");
}

}  // namespace cmr
