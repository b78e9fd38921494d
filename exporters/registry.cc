// The exporters by name: the lines of list.inc. Explicit, because objects that register themselves are dropped by the linker.
#include "exporters/exporter.h"

namespace nephoscope {

#define EXPORTER(name) extern const ExporterType name##_exporter;
#include "exporters/list.inc"
#undef EXPORTER

absl::Span<const ExporterType* const> AllExporters() {
  static const ExporterType* const kAll[] = {
#define EXPORTER(name) &name##_exporter,
#include "exporters/list.inc"
#undef EXPORTER
  };
  return kAll;
}

const ExporterType* FindExporter(absl::string_view name) {
  for (const ExporterType* type : AllExporters())
    if (type->name == name) return type;
  return nullptr;
}

}  // namespace nephoscope
