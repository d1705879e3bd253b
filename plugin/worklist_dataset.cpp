#include "plugin/worklist_dataset.h"

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string_view>

#include "plugin/worklist_attributes.h"

namespace cmr {
namespace {

using Json = nlohmann::json;
namespace tags = worklist_tag;

constexpr const char* explicitLittleEndian = "1.2.840.10008.1.2.1";

std::string dicomNumber(std::uint32_t value, int bytes) {
  std::string written;
  for (int i = 0; i < bytes; ++i) written += static_cast<char>((value >> (8 * i)) & 0xFFU);
  return written;
}

std::string dicomTag(const std::string& name) {
  const auto part = [&](std::size_t at) {
    return dicomNumber(static_cast<std::uint32_t>(std::stoul(name.substr(at, 4), nullptr, 16)), 2);
  };
  return part(0) + part(5);
}

bool hasLongDicomLength(std::string_view vr) { return vr == "SQ" || vr == "UT"; }

std::string dicomElement(const std::string& tag, const std::string& vr, std::string value) {
  if (value.size() % 2 != 0) value += vr == "UI" ? '\0' : ' ';
  const auto size = static_cast<std::uint32_t>(value.size());
  return dicomTag(tag) + vr +
         (hasLongDicomLength(vr) ? dicomNumber(0, 2) + dicomNumber(size, 4)
                                 : dicomNumber(size, 2)) +
         value;
}

std::string dicomItem(const WorklistItem& item) {
  std::string bytes;
  for (const auto& [tag, one] : item) {
    std::string value = one.text;
    for (const WorklistItem& nested : one.items) {
      const std::string within = dicomItem(nested);
      value += dicomTag("fffe,e000") + dicomNumber(static_cast<std::uint32_t>(within.size()), 4) +
               within;
    }
    bytes += dicomElement(tag, one.vr, value);
  }
  return bytes;
}

WorklistElement codeSequence(const Json& codes) {
  WorklistElement sequence{"SQ"};
  for (const Json& code : codes) {
    WorklistItem& item = sequence.items.emplace_back();
    for (const WorklistCodePart& part : worklistCodeParts) {
      item[part.tag] = {part.vr, code.value(part.keyword, std::string())};
    }
  }
  return sequence;
}

}  // namespace

WorklistItem worklistDataset(const JobStore::ScheduledExam& exam) {
  const Json read = Json::parse(exam.attributesJson);
  WorklistItem root;
  WorklistItem step;
  root[tags::SpecificCharacterSet] = {"CS", "ISO_IR 192"};
  for (const WorklistAttribute& one : worklistAttributes) {
    (one.inStep ? step : root)[one.tag] = {one.vr, read.value(one.keyword, std::string())};
  }
  const Json codes = read.value(worklistCodesKeyword, Json::array());
  if (!codes.empty()) step[tags::ScheduledProtocolCodeSequence] = codeSequence(codes);
  root[tags::ScheduledProcedureStepSequence] = {"SQ", {}, {step}};
  return root;
}

WorklistItem& stepOf(WorklistItem& dataset) {
  return dataset.at(tags::ScheduledProcedureStepSequence).items.front();
}

const WorklistItem& stepOf(const WorklistItem& dataset) {
  return dataset.at(tags::ScheduledProcedureStepSequence).items.front();
}

std::string dicomFileOf(const WorklistItem& dataset) {
  const std::string syntax = dicomElement("0002,0010", "UI", explicitLittleEndian);
  const std::string length =
      dicomElement("0002,0000", "UL", dicomNumber(static_cast<std::uint32_t>(syntax.size()), 4));
  return std::string(128, '\0') + "DICM" + length + syntax + dicomItem(dataset);
}

}  // namespace cmr
