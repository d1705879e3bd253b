// Guard against loops: what this program wrote is never its input.
#pragma once

class DcmDataset;

namespace cmr {

// True for objects that this program wrote, whatever has been done to their UIDs since: the
// manufacturer's model name of ours, or our entry among the contributing equipment.
bool isOwnOutput(const DcmDataset& dataset);

}  // namespace cmr
