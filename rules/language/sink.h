// DiagnosticSink: collects what is wrong with one file, at most 50 things.
#pragma once

#include <string>
#include <vector>

#include "rules/language/source_text.h"
#include "rules/model/diagnostic.h"

namespace nephoscope {

class DiagnosticSink {
 public:
  static constexpr int kMost = 50;

  // `text` must outlive this.
  DiagnosticSink(std::string file, const SourceText& text) : file_(std::move(file)), text_(&text) {}

  const SourceText& text() const { return *text_; }
  const std::string& file() const { return file_; }

  // Fills in the file. After kMost problems one last line says that there are more.
  void Add(Diagnostic diagnostic);
  int errors() const { return errors_; }
  bool any() const { return !all_.empty(); }
  // In order of place.
  std::vector<Diagnostic> Take();

 private:
  std::string file_;
  const SourceText* text_;
  std::vector<Diagnostic> all_;
  int errors_ = 0;
};

}  // namespace nephoscope
