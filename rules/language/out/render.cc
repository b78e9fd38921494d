// Diagnostics for people (excerpt, caret, help) and for machines (JSON).
#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "rules/language/language.h"
#include "rules/language/source_text.h"
#include "rules/language/words/wrap_text.h"

namespace nephoscope {
namespace {

constexpr int kWidest = 160;   // code points of an excerpt line
constexpr int kMargin = 8;   // "      | "
constexpr int kBefore = 60;    // of a line that is cut, how many stand before the caret

struct Colours {
  const char *error = "", *warning = "", *caret = "", *dim = "", *off = "";
};
constexpr Colours kColours = {"\x1b[1;31m", "\x1b[1;33m", "\x1b[1;36m", "\x1b[2m", "\x1b[0m"};

// One line as code points that a terminal shows one cell each: tabs, no-break spaces and control characters become visible.
std::vector<std::string> Cells(absl::string_view line) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < line.size();) {
    std::size_t length = 1;
    while (i + length < line.size() && (line[i + length] & 0xC0) == 0x80) ++length;
    const absl::string_view cell = line.substr(i, length);
    const auto byte = static_cast<unsigned char>(cell[0]);
    const bool broken = byte >= 0x80 && (byte < 0xC2 || byte > 0xF4 || length < (byte < 0xE0 ? 2u : byte < 0xF0 ? 3u : 4u) || length > 4);
    if (cell == "\t") {
      out.emplace_back("→");
    } else if (cell == "\xC2\xA0") {
      out.emplace_back("·");
    } else if (byte < 0x20 || byte == 0x7F || broken) {
      out.emplace_back("�");
    } else {
      out.emplace_back(cell);
    }
    i += length;
  }
  return out;
}

// Bytes that the first `count` code points take.
std::size_t AfterCodePoints(absl::string_view line, int count) {
  std::size_t at = 0;
  while (at < line.size() && (count > 0 || (line[at] & 0xC0) == 0x80)) {
    if ((line[at] & 0xC0) != 0x80) --count;
    ++at;
  }
  return at;
}

struct Excerpt {
  std::string text;
  int shift = 0;  // code points cut off in front
};

Excerpt Cut(absl::string_view line, int column) {
  const int cells = CodePoints(line);
  Excerpt out;
  int begin = 0, end = cells;
  if (cells > kWidest) {
    begin = std::max(0, column - 1 - kBefore);
    end = std::min(cells, begin + kWidest);
  }
  if (begin > 0) out.text = "…";
  out.shift = begin - (begin > 0 ? 1 : 0);
  const std::size_t from = AfterCodePoints(line, begin);
  for (const std::string& cell : Cells(line.substr(from, AfterCodePoints(line.substr(from), end - begin)))) out.text += cell;
  if (end < cells) out.text += "…";
  return out;
}

// The lines above that tell where in the structure we are: unknown and missing keys need them, values speak for themselves.
int LinesBefore(const Diagnostic& d, const SourceText& text) {
  if (!absl::StartsWith(d.code, "R10") && d.code != "R008" && d.code != "R007") return 0;
  int lines = 0;
  while (lines < 2 && d.mark.line - lines - 1 >= 1 && !text.Line(d.mark.line - lines - 1).empty()) ++lines;
  return lines;
}

void AppendExcerpt(const Diagnostic& d, const SourceText& text, const Colours& colours, std::string& out) {
  if (d.mark.line < 1 || d.mark.line > text.lines()) return;
  for (int line = d.mark.line - LinesBefore(d, text); line < d.mark.line; ++line)
    absl::StrAppend(&out, colours.dim, absl::StrFormat("%5d | ", line), colours.off, Cut(text.Line(line), 1).text, "\n");
  const Excerpt excerpt = Cut(text.Line(d.mark.line), d.mark.column);
  absl::StrAppend(&out, colours.dim, absl::StrFormat("%5d | ", d.mark.line), colours.off, excerpt.text, "\n");
  const int indent = std::max(0, d.mark.column - 1 - excerpt.shift);
  const int width = std::clamp(d.mark.end_column - d.mark.column, 1, kWidest);
  absl::StrAppend(&out, colours.dim, "      | ", colours.off, std::string(indent, ' '), colours.caret, std::string(width, '^'));
  const bool fits = kMargin + indent + width + 1 + CodePoints(d.caret_text) <= TerminalColumns();
  if (!d.caret_text.empty() && fits) absl::StrAppend(&out, " ", d.caret_text);
  absl::StrAppend(&out, colours.off, "\n");
  if (!fits) out += WrapText(d.caret_text, "      | ", "      | ");
}

std::string Json(absl::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\t': out += "\\t"; break;
      case '\r': out += "\\r"; break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          absl::StrAppendFormat(&out, "\\u%04x", static_cast<unsigned char>(c));
        } else {
          out += c;
        }
    }
  }
  return out + "\"";
}

// What people read and terminals and JSON parsers must survive: no control characters, only UTF-8.
std::string Clean(absl::string_view text) { return Visible(text); }

}  // namespace

std::string Visible(absl::string_view line) {
  std::string out;
  for (const std::string& cell : Cells(line)) out += cell;
  return out;
}

std::string RenderDiagnostics(absl::Span<const Diagnostic> diagnostics, absl::Span<const SourceFile> texts, bool colour) {
  const Colours colours = colour ? kColours : Colours{};
  std::map<std::string, SourceText> sources;
  for (const SourceFile& file : texts) sources.emplace(file.path, SourceText(file.text));
  std::set<std::string> explained;
  std::string out;
  for (const Diagnostic& d : diagnostics) {
    const bool error = d.severity == Diagnostic::Severity::kError;
    const std::string place = absl::StrCat(d.file, d.mark.line > 0 ? absl::StrCat(":", d.mark.line, ":", d.mark.column) : "", " ");
    const std::string word = absl::StrCat(error ? "error" : "warning", "[", d.code, "]");
    std::string head = WrapText(Clean(d.message), absl::StrCat(place, word, " "), "    ");
    absl::StrAppend(&out, place, error ? colours.error : colours.warning, word, colours.off, head.substr(place.size() + word.size()));
    const auto source = sources.find(d.file);
    Diagnostic shown = d;
    shown.caret_text = Clean(d.caret_text);
    if (source != sources.end()) AppendExcerpt(shown, source->second, colours, out);
    if (!d.help.empty()) out += WrapText(Clean(d.help), "   help: ", "         ");
    if (!d.note.empty()) out += WrapText(Clean(d.note), "   note: ", "         ");
    if (explained.insert(d.code).second) absl::StrAppend(&out, "   see: nephoscope help ", d.code, "\n");
    out += "\n";
  }
  return out;
}

std::string DiagnosticsToJson(absl::Span<const Diagnostic> diagnostics, int files, int rules) {
  std::string out = absl::StrCat("{\"files\": ", files, ", \"rules\": ", rules, ", \"diagnostics\": [");
  const char* comma = "";
  for (const Diagnostic& d : diagnostics) {
    absl::StrAppend(&out, comma, "{\"file\": ", Json(Clean(d.file)), ", \"line\": ", d.mark.line, ", \"column\": ", d.mark.column, ", \"end_column\": ", d.mark.end_column,
                    ", \"severity\": ", d.severity == Diagnostic::Severity::kError ? "\"error\"" : "\"warning\"", ", \"code\": ", Json(d.code),
                    ", \"message\": ", Json(Clean(d.message)), ", \"suggestion\": ", d.suggestion ? Json(Clean(*d.suggestion)) : "null", "}");
    comma = ", ";
  }
  return out + "]}";
}

}  // namespace nephoscope
