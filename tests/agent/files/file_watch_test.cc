#include "agent/files/file_watch.h"

#include <poll.h>

#include <boost/test/unit_test.hpp>

#include "tests/agent/temp_dir.h"

namespace nephoscope {
namespace {

// inotify reports at once: what is not there within 100 ms does not come.
bool Told(FileWatch& watch) {
  pollfd fd = {watch.fd(), POLLIN, 0};
  return poll(&fd, 1, 100) > 0 && watch.Drain();
}

BOOST_AUTO_TEST_SUITE(file_watch_test)

BOOST_AUTO_TEST_CASE(a_rule_file_that_is_written_in_a_watched_folder_is_told) {
  TempDir dir;
  FileWatch watch({dir.path()});
  BOOST_TEST(!Told(watch));
  dir.Write("a.yaml", "x");
  BOOST_TEST(Told(watch));
  dir.Write("b.yml", "x");
  BOOST_TEST(Told(watch));
}

BOOST_AUTO_TEST_CASE(helper_files_of_editors_are_not) {
  TempDir dir;
  FileWatch watch({dir.path()});
  dir.Write(".a.yaml.swp", "x");
  dir.Write("notes.txt", "x");
  BOOST_TEST(!Told(watch));
}

BOOST_AUTO_TEST_CASE(a_file_that_is_replaced_by_rename_is_told) {
  TempDir dir;
  const std::string file = dir.Write("rules.yaml", "x");
  FileWatch watch({file});
  std::filesystem::rename(dir.Write("new.txt", "y"), file);
  BOOST_TEST(Told(watch));
}

BOOST_AUTO_TEST_CASE(the_swapped_link_of_a_config_map_is_told) {
  TempDir dir;
  std::filesystem::create_directory(dir / "v1");
  std::filesystem::create_directory(dir / "v2");
  std::filesystem::create_symlink("v1", dir / "..data");
  FileWatch watch({dir.path()});
  std::filesystem::create_symlink("v2", dir / "..data_tmp");
  std::filesystem::rename(dir / "..data_tmp", dir / "..data");
  BOOST_TEST(Told(watch));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
