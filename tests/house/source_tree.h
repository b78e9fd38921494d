// The sources as text, for the house rules.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>
#include "tests/paths.h"

namespace nephoscope::house {

struct SourceFile {
  std::string path;                // from the root: "rules/model/money.cc"
  std::vector<std::string> lines;  // without // comments
  std::string folder() const { return path.substr(0, path.rfind('/')); }
};

inline std::string WithoutComment(const std::string& line) {
  const std::size_t at = line.find("//");
  return at == std::string::npos || (at > 0 && line[at - 1] == ':') ? line : line.substr(0, at);
}

// All .h and .cc below rules, exporters and agent.
inline std::vector<SourceFile> ReadSources() {
  std::vector<SourceFile> out;
  const std::filesystem::path root = SourceDir();
  for (const char* top : {"rules", "exporters", "agent"})
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root / top)) {
      const auto extension = entry.path().extension();
      if (!entry.is_regular_file() || (extension != ".h" && extension != ".cc" && extension != ".inc")) continue;
      SourceFile file{entry.path().lexically_relative(root).generic_string(), {}};
      std::ifstream in(entry.path());
      for (std::string line; std::getline(in, line);) file.lines.push_back(WithoutComment(line));
      out.push_back(std::move(file));
    }
  return out;
}

}  // namespace nephoscope::house
