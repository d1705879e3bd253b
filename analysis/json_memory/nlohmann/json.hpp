// nlohmann's JSON, found here before the library's own header, with memory set aside for taking
// documents apart. Its destructor moves what is nested into a vector first, so as not to recurse.
// Where memory has given out that throws, and an exception from a destructor ends the process: the
// archive, when the document is the plugin's. So vectors of JSON values take from a reserve what
// cannot be had otherwise. Everything of this program has to be compiled with this header, as the
// first line of what is included as <nlohmann/json.hpp>: the compiler merges such vectors.
// No #pragma once: GCC knows a file again by its time, which a precompiled header out of a cache
// does not share.
#ifndef CMR_JSON_MEMORY
#define CMR_JSON_MEMORY

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <new>
#include <nlohmann/json_fwd.hpp>
#include <type_traits>

namespace cmr {

// Zeros, so that pages nobody touches cost nothing. 16 bytes are used for each of the values that
// lie side by side, and as much again while the vector grows.
alignas(std::max_align_t) inline unsigned char jsonReserveBytes[4 << 20];

// Blocks one behind the other; all of it is free again once none is in use.
class JsonReserve {
 public:
  // Throws std::bad_alloc when it is used up, too.
  void* take(std::size_t wanted) {
    const std::lock_guard lock(mutex_);
    const std::size_t whole = (wanted + alignment - 1) / alignment * alignment;
    if (wanted > size || whole > size - used_) throw std::bad_alloc();
    void* block = jsonReserveBytes + used_;
    used_ += whole;
    ++blocks_;
    return block;
  }

  // False: the block is not of the reserve.
  bool giveBack(void* block) noexcept {
    const auto* at = static_cast<unsigned char*>(block);
    const std::less<> before;
    if (before(at, jsonReserveBytes) || !before(at, jsonReserveBytes + size)) return false;
    const std::lock_guard lock(mutex_);
    if (--blocks_ == 0) used_ = 0;
    return true;
  }

 private:
  static constexpr std::size_t size = sizeof(jsonReserveBytes);
  static constexpr std::size_t alignment = alignof(std::max_align_t);

  std::mutex mutex_;
  std::size_t used_ = 0;
  std::size_t blocks_ = 0;
};

// There before anything that is made at the start, and never taken down.
inline constinit JsonReserve jsonReserve;

}  // namespace cmr

// Of a type that is not the standard library's, as C++ demands ([namespace.std]).
template <>
class std::allocator<nlohmann::json> {
 public:
  using value_type = nlohmann::json;
  using size_type = std::size_t;
  using difference_type = std::ptrdiff_t;
  using propagate_on_container_move_assignment = std::true_type;
  using is_always_equal = std::true_type;

  allocator() noexcept = default;
  template <typename Other>
  explicit(false) allocator(const allocator<Other>& /*other*/) noexcept {}

  nlohmann::json* allocate(std::size_t count);
  void deallocate(nlohmann::json* values, std::size_t count) noexcept;

  friend bool operator==(const allocator& /*one*/, const allocator& /*other*/) noexcept {
    return true;
  }
};

#include_next <nlohmann/json.hpp>

inline nlohmann::json* std::allocator<nlohmann::json>::allocate(std::size_t count) {
  if (count > static_cast<std::size_t>(-1) / sizeof(nlohmann::json)) throw std::bad_alloc();
  const std::size_t bytes = count * sizeof(nlohmann::json);
  void* memory = ::operator new(bytes, std::nothrow);
  return static_cast<nlohmann::json*>(memory != nullptr ? memory : cmr::jsonReserve.take(bytes));
}

inline void std::allocator<nlohmann::json>::deallocate(nlohmann::json* values,
                                                       std::size_t /*count*/) noexcept {
  if (!cmr::jsonReserve.giveBack(values)) ::operator delete(values);
}

#endif
