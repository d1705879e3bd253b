// The small family of exceptions that our code throws. Edges (the worker protocol, the Orthanc
// callbacks, the command line) turn them into results; none ever crosses a C boundary.
#pragma once

#include <stdexcept>
#include <string>

namespace cmr {

class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// The data given cannot be processed; the text names the cause in words a PACS team understands.
class InputError : public Error {
 public:
  using Error::Error;
};

// A model package is broken, incompatible or not what its manifest says.
class PackageError : public Error {
 public:
  using Error::Error;
};

// Disk, memory or a device gave out; trying again later may help.
class ResourceError : public Error {
 public:
  using Error::Error;
};

// The memory of the device that computes gave out: with one image at a time, too, or, on a GPU, for
// the package itself.
class DeviceMemoryError : public ResourceError {
 public:
  using ResourceError::ResourceError;
};

// Somebody asked for the work to stop.
class CancelledError : public Error {
 public:
  using Error::Error;
};

}  // namespace cmr
