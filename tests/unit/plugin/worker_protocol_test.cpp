#include "plugin/worker_protocol.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <random>

#include "dicom_sr/object_kinds.h"
#include "plugin/worker_exchange.h"

namespace cmr {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

std::string randomText(std::mt19937& random) {
  std::string text(std::uniform_int_distribution<std::size_t>(0, 40)(random), '\0');
  for (char& c : text) c = static_cast<char>(random() & 0xFFU);
  return text;
}

ComputeUse randomUse(std::mt19937& random) {
  ComputeUse use;
  for (std::uint64_t& batches : use.batches.ofClass) batches = random();
  use.batches.images = random();
  use.batches.largest = random();
  use.batches.halvings = random();
  if (random() % 2 == 0) use.gpu = {random(), random(), random(), random()};
  return use;
}

TEST(WorkerProtocol, EveryMessageSurvivesTheRoundTripWithAnyBytesInIt) {
  std::mt19937 random(7);
  for (int trial = 0; trial < 500; ++trial) {
    const RequestHead head{
        randomText(random), {randomText(random), randomText(random)},
        randomText(random), static_cast<std::uint32_t>(random() % 1000),
        random(),           {randomText(random), randomText(random), randomText(random)},
        randomText(random), randomText(random)};
    const RequestHead sameHead = decodeRequestHead(encode(head));
    EXPECT_EQ(sameHead.jobId, head.jobId);
    EXPECT_EQ(sameHead.tasks, head.tasks);
    EXPECT_EQ(sameHead.dateTime, head.dateTime);
    EXPECT_EQ(sameHead.instanceCount, head.instanceCount);
    EXPECT_EQ(sameHead.totalBytes, head.totalBytes);
    EXPECT_EQ(sameHead.outputs, head.outputs);
    EXPECT_EQ(sameHead.studyDocument, head.studyDocument);
    EXPECT_EQ(sameHead.sorting, head.sorting);

    const OutcomeHead outcome{randomText(random),
                              static_cast<OutcomeKind>(random() % 3),
                              randomText(random),
                              randomText(random),
                              static_cast<std::uint32_t>(random() % 9),
                              random() % 2 == 0,
                              random() % 2 == 0,
                              random() % 2 == 0,
                              randomUse(random)};
    const OutcomeHead sameOutcome = decodeOutcomeHead(encode(outcome));
    EXPECT_EQ(sameOutcome.jobId, outcome.jobId);
    EXPECT_EQ(sameOutcome.kind, outcome.kind);
    EXPECT_EQ(sameOutcome.reason, outcome.reason);
    EXPECT_EQ(sameOutcome.resultsJson, outcome.resultsJson);
    EXPECT_EQ(sameOutcome.objectCount, outcome.objectCount);
    EXPECT_EQ(sameOutcome.usedHint, outcome.usedHint);
    EXPECT_EQ(sameOutcome.endsWorker, outcome.endsWorker);
    EXPECT_EQ(sameOutcome.withoutGpu, outcome.withoutGpu);
    EXPECT_EQ(sameOutcome.use.batches, outcome.use.batches);
    EXPECT_EQ(sameOutcome.use.gpu, outcome.use.gpu);

    const HintHead hint{static_cast<std::uint32_t>(random() % maxInstancesPerRequest), random(),
                        random()};
    const HintHead sameHint = decodeHintHead(encode(hint));
    EXPECT_EQ(sameHint.instanceCount, hint.instanceCount);
    EXPECT_EQ(sameHint.mostEncodedBytes, hint.mostEncodedBytes);
    EXPECT_EQ(sameHint.mostPixelBytes, hint.mostPixelBytes);

    const ProducedObject object{static_cast<ObjectKind>(random() % objectKinds.size()),
                                randomText(random), randomText(random), randomText(random),
                                randomText(random)};
    const ProducedObject sameObject = decodeObject(encode(object));
    EXPECT_EQ(sameObject.kind, object.kind);
    EXPECT_EQ(sameObject.SOPClassUID, object.SOPClassUID);
    EXPECT_EQ(sameObject.SOPInstanceUID, object.SOPInstanceUID);
    EXPECT_EQ(sameObject.SeriesInstanceUID, object.SeriesInstanceUID);
    EXPECT_EQ(sameObject.bytes, object.bytes);

    const InstanceBytes instance{randomText(random), randomText(random)};
    EXPECT_EQ(decodeInstance(encode(instance)).name, instance.name);
    EXPECT_EQ(decodeInstance(encode(instance)).bytes, instance.bytes);
    EXPECT_EQ(decodeText(encodeText(head.jobId)), head.jobId);
  }
}

TEST(WorkerProtocol, ThePackageIdentityArrivesWhole) {
  PackageIdentity identity{"starter", "1.2.3", "ff", "cuda:0", "bfloat16", {}, {}};
  identity.evidence = {"", "real", "both", "phantom"};
  identity.release = {"", "report", "flag", "off"};
  identity.papillaryMuscles[1] = PapillaryConvention::inCavity;
  const PackageIdentity same = decodeReady(encode(identity));
  EXPECT_EQ(same.name, identity.name);
  EXPECT_EQ(same.version, identity.version);
  EXPECT_EQ(same.sha256, identity.sha256);
  EXPECT_EQ(same.device, identity.device);
  EXPECT_EQ(same.precision, identity.precision);
  EXPECT_EQ(same.evidence, identity.evidence);
  EXPECT_EQ(same.release, identity.release);
  EXPECT_EQ(same.papillaryMuscles, identity.papillaryMuscles);
}

TEST(WorkerProtocol, AFractionOutsideZeroToOneArrivesClamped) {
  const auto arrives = [](double f) { return decodeProgress(encode(Progress{f, "x"})).fraction; };
  EXPECT_EQ(arrives(0.25), 0.25);
  EXPECT_EQ(arrives(-1), 0);
  EXPECT_EQ(arrives(7), 1);
  EXPECT_EQ(arrives(std::nan("")), 0);
  EXPECT_EQ(arrives(std::numeric_limits<double>::infinity()), 1);
}

// Whatever a broken or hostile other side sends, decoding ends in a value or in ProtocolError.
void expectValueOrProtocolError(const std::string& payload) {
  const std::vector<std::function<void()>> decoders{
      [&] { decodeHello(payload); },       [&] { decodeReady(payload); },
      [&] { decodeRequestHead(payload); }, [&] { decodeProgress(payload); },
      [&] { decodeOutcomeHead(payload); }, [&] { decodeObject(payload); },
      [&] { decodeInstance(payload); },    [&] { decodeText(payload); },
      [&] { decodeHeader(payload); },      [&] { decodeHintHead(payload); }};
  for (const auto& decode : decoders) {
    try {
      decode();
    } catch (const ProtocolError&) {
      continue;  // the one allowed way to refuse
    }
  }
}

TEST(WorkerProtocol, DamagedMessagesAreRefusedAndNeverCrash) {
  std::mt19937 random(11);
  const std::vector<std::string> seeds{
      encode(Hello{workerProtocolVersion, "0.1.0"}),
      encode(RequestHead{"job", {"seg_cine_sax"}, "20260101", 3, 4}),
      encode(OutcomeHead{"job", OutcomeKind::analysed, "", "{}", 2}),
      encode(ProducedObject{ObjectKind::resultPage, "1.2", "1.3", "1.4", "bytes"}),
      encode(Progress{0.5, "half"}),
      encode(HintHead{2, 3, 4})};
  for (int trial = 0; trial < 20000; ++trial) {
    std::string damaged = seeds[random() % seeds.size()];
    for (unsigned i = random() % 4; i > 0; --i) {
      damaged[random() % damaged.size()] = static_cast<char>(random() & 0xFFU);
    }
    if (random() % 3 == 0) damaged.resize(random() % (damaged.size() + 1));
    if (random() % 5 == 0) damaged += randomText(random);
    expectValueOrProtocolError(damaged);
  }
}

// It is copied and written by recursion where it is read.
TEST(WorkerProtocol, AResultsDocumentNestedWithoutEndIsRefused) {
  const auto outcome = [](const std::string& results) {
    return encode(OutcomeHead{"job", OutcomeKind::analysed, "", results, 0});
  };
  const std::string deep(100000, '[');
  EXPECT_THROW(decodeOutcomeHead(outcome(R"({"a\"": )" + deep)), ProtocolError);
  const std::string quoted = R"({"text": "\"\\)" + deep + R"(", "more": [[{}], [{}]]})";
  EXPECT_EQ(decodeOutcomeHead(outcome(quoted)).resultsJson, quoted);
}

TEST(WorkerProtocol, EveryTruncationOfARequestIsRefused) {
  const std::string whole = encode(RequestHead{"job", {"a", "b"}, "20260101", 3, 4});
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_THROW(decodeRequestHead(whole.substr(0, size)), ProtocolError) << size;
  }
  EXPECT_THROW(decodeRequestHead(whole + "x"), ProtocolError);
}

std::string headerBytes(FrameHeader header) {
  const auto bytes = encodeHeader(header);
  return {bytes.data(), bytes.size()};
}

TEST(WorkerProtocol, AHeaderKeepsItsTypeAndLength) {
  const FrameHeader header = decodeHeader(headerBytes({FrameType::object, 123456789}));
  EXPECT_EQ(header.type, FrameType::object);
  EXPECT_EQ(header.length, 123456789U);
}

TEST(WorkerProtocol, AHeaderWithAnUnknownTypeMagicOrLengthIsRefused) {
  const std::string good = headerBytes({FrameType::progress, 10});
  std::string wrongMagic = good;
  wrongMagic[0] = 'X';
  EXPECT_THAT([&] { decodeHeader(wrongMagic); }, ThrowsMessage<ProtocolError>(HasSubstr("mark")));
  std::string wrongType = good;
  wrongType[4] = 77;
  EXPECT_THAT([&] { decodeHeader(wrongType); },
              ThrowsMessage<ProtocolError>(HasSubstr("unknown type 77")));
  EXPECT_THAT(
      [&] {
        decodeHeader(headerBytes({FrameType::progress, std::uint64_t{1} << 40}));
      },
      ThrowsMessage<ProtocolError>(HasSubstr("above its ceiling")));
}

TEST(WorkerProtocol, AHelloOfALaterVersionStillTellsItsVersion) {
  std::string later = encode(Hello{workerProtocolVersion + 5, "9.9"}) + "fields unknown today";
  EXPECT_EQ(decodeHello(later).protocolVersion, workerProtocolVersion + 5);
}

TEST(WorkerProtocol, ARequestAboveTheCeilingIsRefused) {
  const RequestHead tooMany{"job", {}, "", maxInstancesPerRequest + 1, 0};
  EXPECT_THROW(decodeRequestHead(encode(tooMany)), ProtocolError);
  const RequestHead tooLarge{"job", {}, "", 1, maxRequestBytes + 1};
  EXPECT_THROW(decodeRequestHead(encode(tooLarge)), ProtocolError);
}

Frame frame(FrameType type, std::string payload) { return {type, std::move(payload)}; }

TEST(WorkerExchange, InstancesThatTheRequestDidNotAnnounceAreRefused) {
  RequestAssembler assembler;
  const Frame instance = frame(FrameType::instance, encode(InstanceBytes{"a", "12345"}));
  EXPECT_THROW(assembler.add(instance), ProtocolError);
  assembler.begin(frame(FrameType::request, encode(RequestHead{"j", {}, "", 2, 7})));
  EXPECT_FALSE(assembler.add(instance).has_value());
  EXPECT_THROW(assembler.add(instance), ProtocolError);
}

TEST(WorkerExchange, AnOutcomeOfAnotherJobIsRefused) {
  OutcomeAssembler assembler("mine");
  const OutcomeHead head{"theirs", OutcomeKind::analysed, "", "{}", 0};
  EXPECT_THROW(assembler.begin(frame(FrameType::outcome, encode(head))), ProtocolError);
}

TEST(WorkerExchange, AnOutcomeThatIsTooLargeAsAWholeIsRefused) {
  OutcomeAssembler assembler("j", 9);
  assembler.begin(
      frame(FrameType::outcome, encode(OutcomeHead{"j", OutcomeKind::analysed, "", "{}", 3})));
  const ProducedObject object{ObjectKind::segmentation, "1.1", "1.1.1", "1.1.2", "12345", {}};
  const Frame five = frame(FrameType::object, encode(object));
  EXPECT_FALSE(assembler.add(five).has_value());
  EXPECT_THROW(assembler.add(five), ProtocolError);
}

}  // namespace
}  // namespace cmr
