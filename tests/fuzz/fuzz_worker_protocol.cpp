// What a worker, or whoever took one over, may send: a stream of frames into both assemblers.
#include "plugin/worker_exchange.h"
#include "plugin/worker_protocol.h"
#include "tests/fuzz/fuzz_target.h"

namespace {

using namespace cmr;

void decodeAs(const Frame& frame) {
  switch (frame.type) {
    case FrameType::hello:
      decodeHello(frame.payload);
      break;
    case FrameType::ready:
      decodeReady(frame.payload);
      break;
    case FrameType::progress:
      decodeProgress(frame.payload);
      break;
    case FrameType::failure:
    case FrameType::cancel:
      decodeText(frame.payload);
      break;
    case FrameType::hint:
      decodeHintHead(frame.payload);
      break;
    case FrameType::hintInstance:
      decodeInstance(frame.payload);
      break;
    case FrameType::request:
    case FrameType::instance:
    case FrameType::outcome:
    case FrameType::object:
      break;
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest = fuzz::textOf(data, size);
  RequestAssembler requests;
  OutcomeAssembler outcomes("job");
  while (rest.size() >= frameHeaderSize) {
    FrameHeader header;
    try {
      header = decodeHeader(rest.substr(0, frameHeaderSize));
    } catch (const Error&) {
      return 0;
    }
    rest.remove_prefix(frameHeaderSize);
    const auto length =
        static_cast<std::size_t>(std::min<std::uint64_t>(header.length, rest.size()));
    const Frame frame{header.type, std::string(rest.substr(0, length))};
    rest.remove_prefix(length);
    fuzz::answered([&] { decodeAs(frame); });
    fuzz::answered([&] { requests.begin(frame); });
    fuzz::answered([&] { requests.add(frame); });
    fuzz::answered([&] { outcomes.begin(frame); });
    fuzz::answered([&] { outcomes.add(frame); });
  }
  return 0;
}
