// What `thalweg resume` finds at a path, and who goes on with it.
#pragma once

#include <filesystem>

#include "cli.hpp"

namespace thalweg::cli {

bool is_comparison(const std::filesystem::path& folder);  // the results of compare
int resume_comparison(const std::filesystem::path& folder, const Common& common);
bool is_training(const std::filesystem::path& folder);  // the checkpoint of train
int resume_training(const std::filesystem::path& folder, const Common& common);

}  // namespace thalweg::cli
