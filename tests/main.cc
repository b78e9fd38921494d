#define BOOST_TEST_MODULE nephoscope
#include <boost/test/unit_test.hpp>
