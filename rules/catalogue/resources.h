// The kinds of resources that rules may name: what the bill calls them, and which metrics are about them.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace nephoscope {

struct ResourceType {
  const char* name;     // aws.ec2.instance
  const char* words;    // Amazon EC2 machine
  const char* metrics;  // the service of the catalogue whose metrics are about it: aws.ec2; "": none
  const char* label;    // the label of these that names it: instance_id
  const char* ids;      // how its id in a bill is known, in small letters; alternatives by |; * for any text, ^ for the beginning
  const char* billed;   // FOCUS ResourceType, in small letters; "": other words
};

absl::Span<const ResourceType> AllResourceTypes();
// nullptr: no type has this name.
const ResourceType* FindResourceType(absl::string_view name);

// What a metric is about (aws.ec2.cpu_utilization: of machines); nullptr: of no single kind of resource.
const ResourceType* ResourceTypeOfMetric(absl::string_view metric);

// The type of what a bill speaks of. `provider`: FOCUS ProviderName; `billed`: FOCUS ResourceType, may be empty. One that is in no table is
// made of these words ("oci.instance"), "aws.other" where there are none.
std::string ResourceTypeOf(absl::string_view provider, absl::string_view id, absl::string_view billed);

}  // namespace nephoscope
