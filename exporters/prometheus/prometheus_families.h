// What prometheus-cpp collected, in either exposition format (its own serializer only knows text 0.0.4).
#pragma once

#include <vector>

#include "exporters/prometheus/exposition_writer.h"

namespace prometheus {
struct MetricFamily;
}

namespace nephoscope {

// Families without a sample are left out; one without a help text gets its name in words.
void WriteFamilies(const std::vector<prometheus::MetricFamily>& families, ExpositionWriter& writer);

}  // namespace nephoscope
