#include "plugin/worker_protocol.h"

#include <bit>
#include <cmath>

#include "dicom_sr/object_kinds.h"

namespace cmr {
namespace {

constexpr std::string_view magic = "CMRF";

class ByteWriter {
 public:
  void number(std::uint64_t value, int byteCount) {
    for (int i = 0; i < byteCount; ++i) {
      bytes_.push_back(static_cast<char>((value >> (8 * i)) & 0xFFU));
    }
  }
  void u32(std::uint32_t value) { number(value, 4); }
  void u64(std::uint64_t value) { number(value, 8); }
  void real(double value) { u64(std::bit_cast<std::uint64_t>(value)); }
  void text(std::string_view value) {
    u64(value.size());
    bytes_.append(value);
  }
  void reserve(std::size_t size) { bytes_.reserve(size); }
  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : bytes_(bytes) {}

  std::uint64_t number(int byteCount) {
    const std::string_view part = raw(static_cast<std::uint64_t>(byteCount));
    std::uint64_t value = 0;
    for (int i = 0; i < byteCount; ++i) {
      value |=
          static_cast<std::uint64_t>(static_cast<unsigned char>(part[static_cast<std::size_t>(i)]))
          << (8 * i);
    }
    return value;
  }
  std::uint32_t u32() { return static_cast<std::uint32_t>(number(4)); }
  std::uint64_t u64() { return number(8); }
  double real() { return std::bit_cast<double>(u64()); }
  std::string text() { return std::string(raw(u64())); }

  // A message ends where its fields end: bytes left over mean that the sides disagree.
  void finish() const {
    if (!bytes_.empty()) {
      throw ProtocolError("malformed message: " + std::to_string(bytes_.size()) +
                          " bytes after its end");
    }
  }

 private:
  std::string_view raw(std::uint64_t size) {
    if (size > bytes_.size()) {
      throw ProtocolError("malformed message: a field of " + std::to_string(size) +
                          " bytes where " + std::to_string(bytes_.size()) + " are left");
    }
    const std::string_view part = bytes_.substr(0, static_cast<std::size_t>(size));
    bytes_.remove_prefix(static_cast<std::size_t>(size));
    return part;
  }

  std::string_view bytes_;
};

template <typename Enum>
Enum enumFrom(std::uint32_t value, std::uint32_t last, const char* what) {
  if (value > last) {
    throw ProtocolError(std::string("malformed message: unknown ") + what + " " +
                        std::to_string(value));
  }
  return static_cast<Enum>(value);
}

// Whoever copies or writes such a document goes into it by recursion, in the archive's process: a
// worker that was taken over must not say how deep.
constexpr int deepestResults = 64;

// Of JSON; what is none is refused by its parser before it gets deep.
bool isNestedDeeper(std::string_view json, int most) {
  int depth = 0;
  bool inText = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (c == '"') inText = !inText;
    if (inText && c == '\\') ++i;
    if (inText) continue;
    if ((c == '{' || c == '[') && ++depth > most) return true;
    if (c == '}' || c == ']') --depth;
  }
  return false;
}

void put(const ComputeUse& use, ByteWriter& writer) {
  for (const std::uint64_t batches : use.batches.ofClass) writer.u64(batches);
  writer.u64(use.batches.images);
  writer.u64(use.batches.largest);
  writer.u64(use.batches.halvings);
  writer.u32(use.gpu ? 1 : 0);
  if (!use.gpu) return;
  for (const std::uint64_t bytes :
       {use.gpu->reservedBytes, use.gpu->peakBytes, use.gpu->usedBytes, use.gpu->totalBytes}) {
    writer.u64(bytes);
  }
}

ComputeUse computeUseFrom(ByteReader& reader) {
  ComputeUse use;
  for (std::uint64_t& batches : use.batches.ofClass) batches = reader.u64();
  use.batches.images = reader.u64();
  use.batches.largest = reader.u64();
  use.batches.halvings = reader.u64();
  if (reader.u32() == 0) return use;
  GpuMemory& gpu = use.gpu.emplace();
  for (std::uint64_t* bytes :
       {&gpu.reservedBytes, &gpu.peakBytes, &gpu.usedBytes, &gpu.totalBytes}) {
    *bytes = reader.u64();
  }
  return use;
}

}  // namespace

std::uint64_t payloadCeiling(FrameType type) {
  constexpr std::uint64_t kibi = 1024;
  switch (type) {
    case FrameType::hello:
    case FrameType::ready:
    case FrameType::progress:
    case FrameType::failure:
    case FrameType::cancel:
    case FrameType::hint:
      return 64 * kibi;
    case FrameType::request:
      return 8 * kibi * kibi;  // holds what a report on a study is made of
    case FrameType::outcome:
      return 256 * kibi * kibi;  // holds the results document with its curves and areas
    case FrameType::instance:
    case FrameType::object:
    case FrameType::hintInstance:
      return 4 * kibi * kibi * kibi;
  }
  return 0;
}

std::array<char, frameHeaderSize> encodeHeader(FrameHeader header) {
  ByteWriter writer;
  writer.u32(static_cast<std::uint32_t>(header.type));
  writer.u64(header.length);
  const std::string rest = writer.take();
  std::array<char, frameHeaderSize> bytes{};
  magic.copy(bytes.data(), magic.size());
  rest.copy(bytes.data() + magic.size(), rest.size());
  return bytes;
}

FrameHeader decodeHeader(std::string_view bytes) {
  if (bytes.size() != frameHeaderSize || bytes.substr(0, magic.size()) != magic) {
    throw ProtocolError("malformed frame: it does not start with the protocol's mark");
  }
  ByteReader reader(bytes.substr(magic.size()));
  const std::uint32_t type = reader.u32();
  if (type < static_cast<std::uint32_t>(FrameType::hello) ||
      type > static_cast<std::uint32_t>(FrameType::hintInstance)) {
    throw ProtocolError("malformed frame: unknown type " + std::to_string(type));
  }
  const FrameHeader header{static_cast<FrameType>(type), reader.u64()};
  if (header.length > payloadCeiling(header.type)) {
    throw ProtocolError("malformed frame: type " + std::to_string(type) + " with " +
                        std::to_string(header.length) + " bytes is above its ceiling of " +
                        std::to_string(payloadCeiling(header.type)));
  }
  return header;
}

std::string encode(const Hello& hello) {
  ByteWriter writer;
  writer.u32(hello.protocolVersion);
  writer.text(hello.programVersion);
  writer.text(hello.confinement);
  writer.text(hello.libraries);
  return writer.take();
}

// Fields that a later version adds after the version number are skipped: the version decides.
Hello decodeHello(std::string_view payload) {
  ByteReader reader(payload);
  Hello hello;
  hello.protocolVersion = reader.u32();
  if (hello.protocolVersion == workerProtocolVersion) {
    hello.programVersion = reader.text();
    hello.confinement = reader.text();
    hello.libraries = reader.text();
    reader.finish();
  }
  return hello;
}

std::string encode(const PackageIdentity& identity) {
  ByteWriter writer;
  writer.text(identity.name);
  writer.text(identity.version);
  writer.text(identity.sha256);
  writer.text(identity.device);
  writer.text(identity.precision);
  for (const std::string& evidence : identity.evidence) writer.text(evidence);
  for (const std::string& release : identity.release) writer.text(release);
  for (const PapillaryConvention papillaries : identity.papillaryMuscles) {
    writer.text(papillaries == PapillaryConvention::inCavity ? papillariesInCavity : "");
  }
  return writer.take();
}

PackageIdentity decodeReady(std::string_view payload) {
  ByteReader reader(payload);
  PackageIdentity identity;
  identity.name = reader.text();
  identity.version = reader.text();
  identity.sha256 = reader.text();
  identity.device = reader.text();
  identity.precision = reader.text();
  for (std::string& evidence : identity.evidence) evidence = reader.text();
  for (std::string& release : identity.release) release = reader.text();
  for (PapillaryConvention& papillaries : identity.papillaryMuscles) {
    papillaries = reader.text() == papillariesInCavity ? PapillaryConvention::inCavity
                                                       : PapillaryConvention::unknown;
  }
  reader.finish();
  return identity;
}

std::string encode(const RequestHead& head) {
  ByteWriter writer;
  writer.text(head.jobId);
  writer.u32(static_cast<std::uint32_t>(head.tasks.size()));
  for (const std::string& task : head.tasks) writer.text(task);
  writer.text(head.dateTime);
  writer.u32(head.instanceCount);
  writer.u64(head.totalBytes);
  writer.u32(static_cast<std::uint32_t>(head.outputs.size()));
  for (const std::string& output : head.outputs) writer.text(output);
  writer.text(head.studyDocument);
  writer.text(head.sorting);
  return writer.take();
}

RequestHead decodeRequestHead(std::string_view payload) {
  ByteReader reader(payload);
  RequestHead head;
  head.jobId = reader.text();
  // The count is not trusted: the list grows by what is really there.
  const std::uint32_t taskCount = reader.u32();
  for (std::uint32_t i = 0; i < taskCount; ++i) head.tasks.push_back(reader.text());
  head.dateTime = reader.text();
  head.instanceCount = reader.u32();
  head.totalBytes = reader.u64();
  const std::uint32_t outputCount = reader.u32();
  for (std::uint32_t i = 0; i < outputCount; ++i) head.outputs.push_back(reader.text());
  head.studyDocument = reader.text();
  head.sorting = reader.text();
  reader.finish();
  if (head.instanceCount > maxInstancesPerRequest || head.totalBytes > maxRequestBytes) {
    throw ProtocolError("request of " + std::to_string(head.instanceCount) + " instances and " +
                        std::to_string(head.totalBytes) + " bytes is above the ceiling");
  }
  return head;
}

std::string encode(const HintHead& head) {
  ByteWriter writer;
  writer.u32(head.instanceCount);
  writer.u64(head.mostEncodedBytes);
  writer.u64(head.mostPixelBytes);
  return writer.take();
}

HintHead decodeHintHead(std::string_view payload) {
  ByteReader reader(payload);
  HintHead head;
  head.instanceCount = reader.u32();
  head.mostEncodedBytes = reader.u64();
  head.mostPixelBytes = reader.u64();
  reader.finish();
  if (head.instanceCount > maxInstancesPerRequest) {
    throw ProtocolError("a hint of " + std::to_string(head.instanceCount) +
                        " instances is above the ceiling");
  }
  return head;
}

std::string encode(const Progress& progress) {
  ByteWriter writer;
  writer.real(progress.fraction);
  writer.text(progress.stage);
  return writer.take();
}

Progress decodeProgress(std::string_view payload) {
  ByteReader reader(payload);
  Progress progress;
  const double fraction = reader.real();
  progress.stage = reader.text();
  reader.finish();
  progress.fraction = fraction > 0 ? std::fmin(fraction, 1.0) : 0;  // NaN becomes 0
  return progress;
}

std::string encode(const OutcomeHead& head) {
  ByteWriter writer;
  writer.text(head.jobId);
  writer.u32(static_cast<std::uint32_t>(head.kind));
  writer.text(head.reason);
  writer.text(head.resultsJson);
  writer.u32(head.objectCount);
  writer.u32(head.usedHint ? 1 : 0);
  writer.u32(head.endsWorker ? 1 : 0);
  writer.u32(head.withoutGpu ? 1 : 0);
  put(head.use, writer);
  return writer.take();
}

OutcomeHead decodeOutcomeHead(std::string_view payload) {
  ByteReader reader(payload);
  OutcomeHead head;
  head.jobId = reader.text();
  head.kind = enumFrom<OutcomeKind>(reader.u32(), static_cast<std::uint32_t>(OutcomeKind::failed),
                                    "outcome");
  head.reason = reader.text();
  head.resultsJson = reader.text();
  head.objectCount = reader.u32();
  head.usedHint = reader.u32() != 0;
  head.endsWorker = reader.u32() != 0;
  head.withoutGpu = reader.u32() != 0;
  head.use = computeUseFrom(reader);
  reader.finish();
  if (isNestedDeeper(head.resultsJson, deepestResults)) {
    throw ProtocolError("the results document is nested too deeply");
  }
  if (head.objectCount > maxObjectsPerOutcome) {
    throw ProtocolError("outcome of " + std::to_string(head.objectCount) +
                        " objects is above the ceiling");
  }
  return head;
}

std::string encode(const ProducedObject& object) {
  ByteWriter writer;
  writer.reserve(object.bytes.size() + 512);
  writer.u32(static_cast<std::uint32_t>(object.kind));
  writer.text(object.SOPClassUID);
  writer.text(object.SOPInstanceUID);
  writer.text(object.SeriesInstanceUID);
  writer.text(object.bytes);
  return writer.take();
}

ProducedObject decodeObject(std::string_view payload) {
  ByteReader reader(payload);
  ProducedObject object;
  object.kind = enumFrom<ObjectKind>(
      reader.u32(), static_cast<std::uint32_t>(objectKinds.size() - 1), "kind of object");
  object.SOPClassUID = reader.text();
  object.SOPInstanceUID = reader.text();
  object.SeriesInstanceUID = reader.text();
  object.bytes = reader.text();
  reader.finish();
  return object;
}

std::string encode(const InstanceBytes& instance) {
  ByteWriter writer;
  writer.reserve(instance.bytes.size() + instance.name.size() + 64);
  writer.text(instance.name);
  writer.text(instance.bytes);
  return writer.take();
}

InstanceBytes decodeInstance(std::string_view payload) {
  ByteReader reader(payload);
  InstanceBytes instance;
  instance.name = reader.text();
  instance.bytes = reader.text();
  reader.finish();
  return instance;
}

std::string encodeText(std::string_view text) {
  ByteWriter writer;
  writer.text(text);
  return writer.take();
}

std::string decodeText(std::string_view payload) {
  ByteReader reader(payload);
  std::string text = reader.text();
  reader.finish();
  return text;
}

}  // namespace cmr
