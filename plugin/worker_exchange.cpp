#include "plugin/worker_exchange.h"

#include <utility>

namespace cmr {
namespace {

TimePoint within(std::chrono::milliseconds time) { return std::chrono::steady_clock::now() + time; }

RequestHead headOf(const AnalysisRequest& request) {
  RequestHead head{request.jobId,   request.tasks,         request.dateTime, 0, 0,
                   request.outputs, request.studyDocument, request.sorting};
  for (const InstanceBytes& instance : request.instances) head.totalBytes += instance.bytes.size();
  if (request.instances.size() > maxInstancesPerRequest || head.totalBytes > maxRequestBytes) {
    throw InputError("the acquisition has " + std::to_string(request.instances.size()) +
                     " instances with " + std::to_string(head.totalBytes) +
                     " bytes, more than one job may hold");
  }
  head.instanceCount = static_cast<std::uint32_t>(request.instances.size());
  return head;
}

}  // namespace

void sendRequest(FramedSocket& socket, const AnalysisRequest& request,
                 std::chrono::milliseconds perFrame, const BetweenFrames& between) {
  socket.send(FrameType::request, encode(headOf(request)), within(perFrame));
  for (const InstanceBytes& instance : request.instances) {
    between();
    socket.send(FrameType::instance, encode(instance), within(perFrame));
  }
}

void sendOutcome(FramedSocket& socket, const std::string& jobId, const AnalysisOutcome& outcome,
                 std::chrono::milliseconds perFrame) {
  if (outcome.objects.size() > maxObjectsPerOutcome) {
    throw ProtocolError("an outcome of " + std::to_string(outcome.objects.size()) +
                        " objects is above the ceiling");
  }
  const OutcomeHead head{jobId,
                         outcome.kind,
                         outcome.reason,
                         outcome.resultsJson,
                         static_cast<std::uint32_t>(outcome.objects.size()),
                         outcome.usedHint,
                         outcome.endsWorker,
                         outcome.withoutGpu,
                         outcome.use};
  socket.send(FrameType::outcome, encode(head), within(perFrame));
  for (const ProducedObject& object : outcome.objects) {
    socket.send(FrameType::object, encode(object), within(perFrame));
  }
}

std::optional<AnalysisRequest> RequestAssembler::begin(const Frame& requestFrame) {
  if (open_) throw ProtocolError("a request inside a request");
  RequestHead head = decodeRequestHead(requestFrame.payload);
  request_ = {};
  request_.jobId = std::move(head.jobId);
  request_.tasks = std::move(head.tasks);
  request_.dateTime = std::move(head.dateTime);
  request_.outputs = std::move(head.outputs);
  request_.studyDocument = std::move(head.studyDocument);
  request_.sorting = std::move(head.sorting);
  instancesLeft_ = head.instanceCount;
  bytesLeft_ = head.totalBytes;
  open_ = true;
  return whenComplete();
}

std::optional<AnalysisRequest> RequestAssembler::add(const Frame& instanceFrame) {
  if (!open_) throw ProtocolError("an instance outside a request");
  InstanceBytes instance = decodeInstance(instanceFrame.payload);
  if (instance.bytes.size() > bytesLeft_) {
    throw ProtocolError("the instances are larger than the request said");
  }
  bytesLeft_ -= instance.bytes.size();
  --instancesLeft_;
  request_.instances.push_back(std::move(instance));
  return whenComplete();
}

bool RequestAssembler::abandon(const std::string& jobId) {
  if (!open_ || request_.jobId != jobId) return false;
  open_ = false;
  request_ = {};
  return true;
}

std::optional<AnalysisRequest> RequestAssembler::whenComplete() {
  if (instancesLeft_ > 0) return std::nullopt;
  if (bytesLeft_ > 0) throw ProtocolError("the instances are smaller than the request said");
  open_ = false;
  return std::move(request_);
}

std::optional<AnalysisOutcome> OutcomeAssembler::begin(const Frame& outcomeFrame) {
  if (open_) throw ProtocolError("an outcome inside an outcome");
  OutcomeHead head = decodeOutcomeHead(outcomeFrame.payload);
  if (head.jobId != jobId_) throw ProtocolError("the outcome of another job");
  outcome_ = {};
  outcome_.kind = head.kind;
  outcome_.reason = std::move(head.reason);
  outcome_.resultsJson = std::move(head.resultsJson);
  outcome_.usedHint = head.usedHint;
  outcome_.endsWorker = head.endsWorker;
  outcome_.withoutGpu = head.withoutGpu;
  outcome_.use = head.use;
  objectsLeft_ = head.objectCount;
  bytesLeft_ = largestBytes_;
  open_ = true;
  return whenComplete();
}

std::optional<AnalysisOutcome> OutcomeAssembler::add(const Frame& objectFrame) {
  if (!open_) throw ProtocolError("an object outside an outcome");
  ProducedObject object = decodeObject(objectFrame.payload);
  if (object.bytes.size() > bytesLeft_) {
    throw ProtocolError("the objects of the outcome are larger than what one job may leave");
  }
  bytesLeft_ -= object.bytes.size();
  outcome_.objects.push_back(std::move(object));
  --objectsLeft_;
  return whenComplete();
}

std::optional<AnalysisOutcome> OutcomeAssembler::whenComplete() {
  if (objectsLeft_ > 0) return std::nullopt;
  open_ = false;
  return std::move(outcome_);
}

}  // namespace cmr
