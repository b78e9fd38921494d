// Tables beside the rules: *.csv as spreadsheets write them.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace nephoscope {

struct Table {
  struct Row {
    int line = 0;
    std::vector<std::string> cells;  // as many as there are columns
    std::vector<std::size_t> begins; // where each cell begins in the text
  };
  std::vector<std::string> columns;  // in small letters
  std::vector<std::size_t> begins;   // where their names stand
  std::vector<Row> rows;

  // -1: there is no such column.
  int Find(absl::string_view column) const;
};

// Commas or semicolons between cells, as the first line has them; quotes around a cell that has some; empty lines are skipped.
// InvalidArgument: "line 3 has 2 cells; the first line names 4".
// `wrong_line`: where that is.
absl::StatusOr<Table> ReadTable(absl::string_view text, int* wrong_line = nullptr);

}  // namespace nephoscope
