// Thrown by an objective that was told from outside to stop while it worked: the run ends as `interrupted`.
#pragma once

namespace thalweg {
struct Interrupted {};
}  // namespace thalweg
