// One try to send a complete set of results on, object by object and the report last, through the
// archive's own means. What was sent is noted after each object, so that a later try goes on there.
#pragma once

#include <stop_token>

#include "config/destinations.h"
#include "plugin/archive.h"
#include "plugin/delivery_queue.h"
#include "plugin/forwarder.h"
#include "plugin/job_store.h"

namespace cmr {

// Throws ResourceError for what the archive or the store refuses.
DeliveryOutcome sendResults(const Delivery& delivery, const Destination& destination,
                            Archive& archive, JobStore& store, DeliveryQueue& queue,
                            const std::stop_token& stop);

}  // namespace cmr
