// The same disk as in the store's own tests; each folder of tests is a program of its own.
#include "tests/agent/store/fault_vfs.cc"
