#include "plugin/metrics_text.h"

#include <gmock/gmock.h>

#include <regex>
#include <sstream>

namespace cmr {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

ServiceMeasures someMeasures() {
  ServiceMetrics metrics;
  metrics.took(ServiceStage::analyze, 0.2);
  metrics.took(ServiceStage::analyze, 45);
  metrics.took(ServiceStage::fetch, -3);
  metrics.failed(FailureCause::memory);
  metrics.ended(JobState::done);
  ServiceMeasures measures;
  measures.running = true;
  measures.depths = {{JobState::queued, 3, 1000}, {JobState::dead, 1, 500}};
  measures.nowMs = 61000;
  measures.outbox = {2, 4096};
  measures.deliveries = {{DeliveryKind::results, "pacs", DeliveryState::waiting, 4, 31000},
                         {DeliveryKind::results, "pacs", DeliveryState::dead, 1, 500}};
  measures.mode = JobStore::Mode::draining;
  measures.counts = metrics.counts();
  measures.worker.restarts = 5;
  measures.worker.hintsUsed = 9;
  measures.worker.hintsDropped = 4;
  measures.worker.jobsOnProcessor = 2;
  for (const std::size_t size : {8U, 8U, 3U, 100U}) measures.worker.batches.ran(size);
  measures.worker.batches.halvings = 6;
  measures.floor.diskBytes = 1 << 20;
  measures.free.disks = {{"/a \"quoted\"\\folder", 123456789012}};
  return measures;
}

TEST(MetricsText, EveryLineIsOfTheFormat) {
  const std::regex comment("# (HELP|TYPE) [a-z_]+ .+");
  const std::regex sample(
      R"re([a-z_]+(\{[a-z]+="(\\.|[^"\\])*"(,[a-z]+="(\\.|[^"\\])*")*\})? \S+)re");
  std::istringstream lines(prometheusText(someMeasures()));
  std::string line;
  int count = 0;
  while (std::getline(lines, line)) {
    ++count;
    EXPECT_TRUE(std::regex_match(line, comment) || std::regex_match(line, sample)) << line;
  }
  EXPECT_GT(count, 50);
}

TEST(MetricsText, DepthsAndAgesStandByState) {
  const std::string text = prometheusText(someMeasures());
  EXPECT_THAT(text, HasSubstr("\ncmr_jobs{state=\"queued\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("\ncmr_job_oldest_seconds{state=\"queued\"} 60\n"));
  EXPECT_THAT(text, Not(HasSubstr("oldest_seconds{state=\"dead\"}")));
  EXPECT_THAT(text, HasSubstr("\ncmr_mode{mode=\"draining\"} 1\n"));
}

TEST(MetricsText, WhatWaitsForADestinationStandsByItsName) {
  const std::string text = prometheusText(someMeasures());
  const std::string of = "{kind=\"results\",destination=\"pacs\"";
  EXPECT_THAT(text, HasSubstr("\ncmr_deliveries" + of + ",state=\"waiting\"} 4\n"));
  EXPECT_THAT(text, HasSubstr("\ncmr_deliveries" + of + ",state=\"dead\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("\ncmr_delivery_oldest_seconds" + of + "} 30\n"));
}

TEST(MetricsText, ClassesOfDurationsIncludeThoseBefore) {
  const std::string text = prometheusText(someMeasures());
  const std::string bucket = "\ncmr_stage_seconds_bucket{stage=\"analyze\",le=";
  EXPECT_THAT(text, HasSubstr(bucket + "\"0.1\"} 0\n"));
  EXPECT_THAT(text, HasSubstr(bucket + "\"0.25\"} 1\n"));
  EXPECT_THAT(text, HasSubstr(bucket + "\"60\"} 2\n"));
  EXPECT_THAT(text, HasSubstr(bucket + "\"+Inf\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("\ncmr_stage_seconds_sum{stage=\"analyze\"} 45.2\n"));
  EXPECT_THAT(text, HasSubstr("\ncmr_stage_seconds_sum{stage=\"fetch\"} 0\n"));
}

TEST(MetricsText, FailuresStandByCauseAlsoThoseThatNeverCame) {
  const std::string text = prometheusText(someMeasures());
  EXPECT_THAT(text, HasSubstr("\ncmr_failures_total{cause=\"memory\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("\ncmr_failures_total{cause=\"crash\"} 0\n"));
}

TEST(MetricsText, WhatWasReadAheadStandsByItsUse) {
  const std::string text = prometheusText(someMeasures());
  EXPECT_THAT(text, HasSubstr("\ncmr_read_ahead_total{result=\"used\"} 9\n"));
  EXPECT_THAT(text, HasSubstr("\ncmr_read_ahead_total{result=\"dropped\"} 4\n"));
  EXPECT_THAT(text, HasSubstr("\ncmr_jobs_without_gpu_total 2\n"));
}

TEST(MetricsText, BatchesOfTheNetworkStandByTheirSize) {
  const std::string text = prometheusText(someMeasures());
  EXPECT_THAT(text, HasSubstr("\ncmr_batch_images_bucket{le=\"2\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("\ncmr_batch_images_bucket{le=\"4\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("\ncmr_batch_images_bucket{le=\"8\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("\ncmr_batch_images_bucket{le=\"32\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("\ncmr_batch_images_bucket{le=\"+Inf\"} 4\n"));
  EXPECT_THAT(text, HasSubstr("\ncmr_batch_images_sum 119\ncmr_batch_images_count 4\n"));
  EXPECT_THAT(text, HasSubstr("\ncmr_batch_halvings_total 6\n"));
}

TEST(MetricsText, MemoryOfGpusStandsByTheWorkersSlotAndOnlyWhereThereIsOne) {
  ServiceMeasures measures = someMeasures();
  EXPECT_THAT(prometheusText(measures), Not(HasSubstr("cmr_gpu")));
  measures.gpuMemory[1] = {4000000000, 3000000000, 5000000000, 80000000000};
  measures.gpuMemory[3] = {7, 5, 11, 13};
  const std::string text = prometheusText(measures);
  EXPECT_THAT(text, HasSubstr("\ncmr_gpu_reserved_bytes{slot=\"1\"} 4000000000\n"));
  EXPECT_THAT(text, HasSubstr("\ncmr_gpu_reserved_bytes{slot=\"3\"} 7\n"));
  EXPECT_THAT(text, HasSubstr("\ncmr_gpu_peak_bytes{slot=\"3\"} 5\n"));
  EXPECT_THAT(text, HasSubstr("\ncmr_gpu_used_bytes{slot=\"3\"} 11\n"));
  EXPECT_THAT(text, HasSubstr("\ncmr_gpu_total_bytes{slot=\"1\"} 80000000000\n"));
}

TEST(MetricsText, LargeNumbersKeepTheirDigits) {
  EXPECT_THAT(prometheusText(someMeasures()), HasSubstr("\\\\folder\"} 123456789012\n"));
}

TEST(MetricsText, AServiceThatDoesNotRunSaysJustThat) {
  const std::string text = prometheusText({});
  EXPECT_THAT(text, HasSubstr("\ncmr_up 0\n"));
  EXPECT_THAT(text, Not(HasSubstr("cmr_jobs")));
}

TEST(MetricsText, ThePlainOnesHaveNoLabels) {
  for (const auto& [name, value] : plainMetrics(someMeasures())) {
    EXPECT_TRUE(std::regex_match(name, std::regex("cmr_[A-Za-z_]+"))) << name;
  }
}

}  // namespace
}  // namespace cmr
