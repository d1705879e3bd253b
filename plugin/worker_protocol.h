// The language between the supervisor (in the archive's process) and a worker: frames of a fixed
// header and a payload, and the messages inside them. Pure bytes, no sockets: see framed_socket.h
// for the transport and worker_exchange.h for messages that span several frames.
//
// Frame: "CMRF", frame type (u32), payload length (u64), payload. All numbers little-endian, a
// string is its length (u64) and its bytes. The header and the first field of Hello (the protocol
// version) never change, so that any two versions can tell each other apart.
//
// Nothing here trusts the other side: every length is checked against a ceiling and against the
// bytes that are there before memory is taken, and whatever does not fit throws ProtocolError.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/compute_use.h"
#include "analysis/errors.h"
#include "analysis/frame_segmenter.h"
#include "plugin/analysis_request.h"

namespace cmr {

inline constexpr std::uint32_t workerProtocolVersion = 10;

// The reason that a worker gives when it could not take the memory that a job needs.
inline constexpr const char* outOfMemory = "out of memory";

// The other side said something that this protocol does not know, or not in this place.
class ProtocolError : public Error {
 public:
  using Error::Error;
};

enum class FrameType : std::uint32_t {
  hello = 1,     // both ways, first
  ready = 2,     // worker: the package is loaded and warm
  request = 3,   // supervisor: a job; `instanceCount` instance frames follow
  instance = 4,  // supervisor
  progress = 5,  // worker: also the sign of life
  outcome = 6,   // worker: the end of a job; `objectCount` object frames follow
  object = 7,    // worker
  failure = 8,   // worker: cannot go on at all; it exits after this
  cancel = 9,    // supervisor: stop the job
  // supervisor, while a job is computed: what the next one will probably be made of;
  // `instanceCount` hintInstance frames follow, or fewer. The worker owes it nothing.
  hint = 10,
  hintInstance = 11
};

struct FrameHeader {
  FrameType type = FrameType::hello;
  std::uint64_t length = 0;  // of the payload, in bytes
};

inline constexpr std::size_t frameHeaderSize = 16;

struct Frame {
  FrameType type = FrameType::hello;
  std::string payload;
};

// Largest payload of a frame type; an instance and an object may be as large as DICOM files get.
std::uint64_t payloadCeiling(FrameType type);
inline constexpr std::uint32_t maxInstancesPerRequest = 100000;
inline constexpr std::uint32_t maxObjectsPerOutcome = 10000;
inline constexpr std::uint64_t maxRequestBytes = std::uint64_t{16} << 30;

std::array<char, frameHeaderSize> encodeHeader(FrameHeader header);
// Throws ProtocolError on a wrong magic, an unknown type or a length above the ceiling.
FrameHeader decodeHeader(std::string_view bytes);

struct Hello {
  std::uint32_t protocolVersion = workerProtocolVersion;
  std::string programVersion;
  std::string confinement = {};  // the worker's: see describeConfinement()
  std::string libraries = {};    // likewise: "LibTorch 1.13.1, DCMTK 3.6.7"
};

struct RequestHead {
  std::string jobId;
  std::vector<std::string> tasks;
  std::string dateTime;
  std::uint32_t instanceCount = 0;
  std::uint64_t totalBytes = 0;  // of all instances
  std::vector<std::string> outputs = {};
  std::string studyDocument = {};
  std::string sorting = {};
};

// Images that the worker may read while it has another job (read_ahead.h).
struct HintHead {
  std::uint32_t instanceCount = 0;
  std::uint64_t mostEncodedBytes = 0;  // of all instances; what is larger is not kept
  std::uint64_t mostPixelBytes = 0;    // of all images, decoded
};

struct Progress {
  double fraction = 0;  // in [0, 1]; anything else arrives clamped
  std::string stage;
};

struct OutcomeHead {
  std::string jobId;
  OutcomeKind kind = OutcomeKind::failed;
  std::string reason;
  std::string resultsJson;
  std::uint32_t objectCount = 0;
  bool usedHint = false;    // images of it had been read before it came
  bool endsWorker = false;  // nothing comes after it
  bool withoutGpu = false;  // as AnalysisOutcome says
  ComputeUse use = {};
};

std::string encode(const Hello& hello);
std::string encode(const PackageIdentity& identity);
std::string encode(const RequestHead& head);
std::string encode(const HintHead& head);
std::string encode(const Progress& progress);
std::string encode(const OutcomeHead& head);
std::string encode(const ProducedObject& object);
std::string encode(const InstanceBytes& instance);  // of a request and of a hint
std::string encodeText(std::string_view text);      // of failure (the reason) and cancel (the job)

Hello decodeHello(std::string_view payload);
PackageIdentity decodeReady(std::string_view payload);
RequestHead decodeRequestHead(std::string_view payload);
HintHead decodeHintHead(std::string_view payload);
Progress decodeProgress(std::string_view payload);
OutcomeHead decodeOutcomeHead(std::string_view payload);
ProducedObject decodeObject(std::string_view payload);
InstanceBytes decodeInstance(std::string_view payload);
std::string decodeText(std::string_view payload);

}  // namespace cmr
