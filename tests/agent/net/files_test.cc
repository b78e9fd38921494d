#include <zlib.h>

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>

#include "absl/strings/match.h"
#include "agent/net/http.h"
#include "agent/net/secret.h"
#include "tests/agent/temp_dir.h"

namespace nephoscope {
namespace {

void Write(const std::string& path, const std::string& bytes) { std::ofstream(path, std::ios::binary) << bytes; }

std::string Gzipped(const std::string& text) {
  z_stream z{};
  deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&z, text.size()) + 32, 0);
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  z.avail_in = static_cast<uInt>(text.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  deflate(&z, Z_FINISH);
  out.resize(z.total_out);
  deflateEnd(&z);
  return out;
}

absl::StatusOr<std::string> Slurp(const std::string& path) {
  auto stream = MakeFileReader()->Open(path);
  if (!stream.ok()) return stream.status();
  std::string out;
  char buffer[7];
  for (;;) {
    const auto got = (*stream)->Read(buffer, sizeof buffer);
    if (!got.ok()) return got.status();
    if (*got == 0) return out;
    out.append(buffer, *got);
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(files_test)

BOOST_AUTO_TEST_CASE(lists_files_by_pattern_sorted_and_without_folders) {
  const TempDir dir;
  for (const char* name : {"/b.csv", "/a.csv", "/c.txt", "/odd[1].csv"}) Write(dir.path() + name, "1234");
  std::filesystem::create_directory(dir.path() + "/d.csv");
  const struct {
    const char* pattern;
    std::vector<std::string> want;
  } rows[] = {
      {"/*.csv", {"/a.csv", "/b.csv", "/odd[1].csv"}},
      {"/a.csv", {"/a.csv"}},
      {"/odd[1].csv", {"/odd[1].csv"}},
      {"/none*.csv", {}},
      {"/none.csv", {}},
      {"/?.txt", {"/c.txt"}},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.pattern) {
      const auto found = MakeFileReader()->List(dir.path() + row.pattern);
      BOOST_REQUIRE(found.ok());
      std::vector<std::string> names;
      for (const auto& file : *found) {
        names.push_back(file.path.substr(dir.path().size()));
        BOOST_TEST(file.size == 4u);
        BOOST_TEST(file.modified_ns > 0);
      }
      BOOST_TEST(names == row.want, boost::test_tools::per_element());
    }
  BOOST_TEST(absl::IsFailedPrecondition(MakeFileReader()->List(dir.path() + "/d.csv").status()));
}

BOOST_AUTO_TEST_CASE(reads_gzip_and_says_what_is_wrong_with_it) {
  const TempDir dir;
  const std::string text(5000, 'x');
  const std::string packed = Gzipped(text);
  Write(dir.path() + "/good.gz", packed);
  Write(dir.path() + "/two.gz", packed + packed);
  Write(dir.path() + "/cut.gz", packed.substr(0, packed.size() - 9));
  Write(dir.path() + "/plain.gz", "not gzip at all");
  std::string broken = packed;
  broken[packed.size() / 2] ^= 0x5a;
  Write(dir.path() + "/broken.gz", broken);
  BOOST_TEST(*Slurp(dir.path() + "/good.gz") == text);
  BOOST_TEST(*Slurp(dir.path() + "/two.gz") == text + text);
  const struct {
    const char* file;
    const char* says;
  } rows[] = {{"/cut.gz", "ends too early"}, {"/plain.gz", "is not gzip"}, {"/broken.gz", "cannot be decompressed"}};
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.file) {
      const absl::Status status = Slurp(dir.path() + row.file).status();
      BOOST_TEST(absl::IsDataLoss(status));
      BOOST_TEST(absl::StrContains(status.message(), row.says));
      BOOST_TEST(absl::StrContains(status.message(), row.file));
    }
}

BOOST_AUTO_TEST_CASE(what_cannot_be_opened_is_named) {
  const TempDir dir;
  BOOST_TEST(absl::IsNotFound(Slurp(dir.path() + "/absent").status()));
  BOOST_TEST(absl::IsFailedPrecondition(Slurp(dir.path()).status()));
  BOOST_TEST(absl::StrContains(Slurp(dir.path() + "/absent").status().message(), "/absent"));
}

// A secret has no way out but Reveal: these lines would not compile with an operator<<.
template <typename T>
concept Printable = requires(std::ostream& out, const T& value) {
  out << value;
};
static_assert(!Printable<Secret> && Printable<std::string>);
static_assert(!std::is_convertible_v<Secret, std::string> && !std::is_convertible_v<Secret, absl::string_view>);

BOOST_AUTO_TEST_CASE(a_secret_that_was_moved_is_empty) {
  Secret a("short");
  Secret b = std::move(a);
  BOOST_TEST(a.empty());
  BOOST_TEST(b.Reveal() == "short");
  Secret c("other");
  c = std::move(b);
  BOOST_TEST(b.empty());
  BOOST_TEST(c.Reveal() == "short");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace nephoscope
