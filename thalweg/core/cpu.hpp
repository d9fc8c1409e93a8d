// Instruction sets that kernels are compiled for, chosen at run time.
#pragma once

#include <cstdint>
#include <string_view>

namespace thalweg {

enum class Isa : std::uint8_t { portable, avx2, avx512 };
std::string_view name(Isa isa);
bool supported(Isa isa);  // by this machine and this build
Isa best_isa();           // the widest supported

}  // namespace thalweg
