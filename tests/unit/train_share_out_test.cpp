// The crops of a step among the processes that train together.
#include <vector>

#include <doctest/doctest.h>

#include "train/crop_plan.hpp"

using namespace pairalign::train;

namespace {

class Peer : public Communicator {
 public:
  Peer(int rank, int size) : rank_(rank), size_(size) {}
  int rank() const override { return rank_; }
  int size() const override { return size_; }

 private:
  int rank_, size_;
};

struct Shard {
  std::vector<CropPlan> crops;
};

}  // namespace

TEST_CASE("every process has a shard, and together they have all crops, each once") {
  for (int size = 1; size <= 7; ++size) {
    for (int each = 1; each <= 9; ++each) {
      std::vector<CropPlan> all(static_cast<std::size_t>(size * each));
      for (std::size_t i = 0; i < all.size(); ++i)
        all[i].samples = static_cast<std::int64_t>(i);
      std::int64_t next = 0;
      std::size_t first = 0;
      for (int rank = 0; rank < size; ++rank) {
        std::vector<Shard> shards;
        const OwnShards own = share_out(all, 4, Peer(rank, size), shards);
        REQUIRE(!shards.empty());
        CHECK(own.first == first);
        first += shards.size();
        for (const Shard& shard : shards) {
          REQUIRE(!shard.crops.empty());
          CHECK(shard.crops.size() <= 4);
          for (const CropPlan& crop : shard.crops)
            CHECK(crop.samples == next++);
        }
        if (rank + 1 == size) CHECK(own.all == first);
      }
      CHECK(next == size * each);
    }
  }
}
