// What the address sanitizer cannot run.
#pragma once

namespace synfire::hdf5 {

// Its allocator may be locked by another thread when a process forks, and the undefined-behaviour sanitizer
// takes pointers for wild where it can open no pipe.
#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool sanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
inline constexpr bool sanitized = true;
#else
inline constexpr bool sanitized = false;
#endif
#else
inline constexpr bool sanitized = false;
#endif

}  // namespace synfire::hdf5
