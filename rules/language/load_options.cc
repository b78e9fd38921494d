#include "rules/language/language.h"
#include "rules/language/tables/option_reader.h"
#include "rules/language/yaml/yaml_tree.h"

namespace nephoscope {

LoadedOptions LoadOptions(const SourceFile& file, const OptionTable& table, Expand expand) {
  const SourceText text(file.text);
  DiagnosticSink sink(file.path, text);
  LoadedOptions out;
  const YamlTree tree = YamlTree::Read(sink);
  if (tree.root() != nullptr || sink.errors() == 0) {
    OptionReader reader(sink, {}, expand);
    static const YamlNode& empty = *new YamlNode();
    const YamlNode& root = tree.root() == nullptr ? empty : *tree.root();
    if (root.kind == YamlNode::kMap || root.kind == YamlNode::kNull) {
      out.values = reader.Read(root, table, table.name);
    } else if (sink.errors() == 0) {
      reader.Add(root, "R104", "the file is a map of keys", "write key: value lines");
    }
  }
  out.diagnostics = sink.Take();
  return out;
}

}  // namespace nephoscope
