#include "audio/sound_coding.hpp"

#include <sndfile.h>

namespace pairalign::audio {
namespace {

struct Codec {
  const char* name;
  int bits;
};

Codec codec_of(int format) {
  switch (format & SF_FORMAT_SUBMASK) {
    case SF_FORMAT_PCM_S8:
      return {"pcm_s8", 8};
    case SF_FORMAT_PCM_U8:
      return {"pcm_u8", 8};
    case SF_FORMAT_PCM_16:
      return {"pcm_s16", 16};
    case SF_FORMAT_PCM_24:
      return {"pcm_s24", 24};
    case SF_FORMAT_PCM_32:
      return {"pcm_s32", 32};
    case SF_FORMAT_FLOAT:
      return {"pcm_f32", 32};
    case SF_FORMAT_DOUBLE:
      return {"pcm_f64", 64};
    case SF_FORMAT_ULAW:
      return {"ulaw", 8};
    case SF_FORMAT_ALAW:
      return {"alaw", 8};
    case SF_FORMAT_IMA_ADPCM:
    case SF_FORMAT_MS_ADPCM:
      return {"adpcm", 0};
    case SF_FORMAT_GSM610:
      return {"gsm", 0};
    case SF_FORMAT_VORBIS:
      return {"vorbis", 0};
    case SF_FORMAT_OPUS:
      return {"opus", 0};
    case SF_FORMAT_MPEG_LAYER_I:
      return {"mp1", 0};
    case SF_FORMAT_MPEG_LAYER_II:
      return {"mp2", 0};
    case SF_FORMAT_MPEG_LAYER_III:
      return {"mp3", 0};
    default:
      return {"other", 0};
  }
}

const char* container_of(int format) {
  switch (format & SF_FORMAT_TYPEMASK) {
    case SF_FORMAT_WAV:
    case SF_FORMAT_WAVEX:
      return "wav";
    case SF_FORMAT_RF64:
      return "rf64";
    case SF_FORMAT_W64:
      return "w64";
    case SF_FORMAT_AIFF:
      return "aiff";
    case SF_FORMAT_AU:
      return "au";
    case SF_FORMAT_CAF:
      return "caf";
    case SF_FORMAT_FLAC:
      return "flac";
    case SF_FORMAT_OGG:
      return "ogg";
    case SF_FORMAT_MPEG:
      return "mpeg";
    case SF_FORMAT_NIST:
      return "nist";
    case SF_FORMAT_VOC:
      return "voc";
    default:
      return "other";
  }
}

}  // namespace

Coding coding_of(int format) {
  const Codec codec = codec_of(format);
  const std::string container = container_of(format);
  return {container, container == "flac" ? "flac" : codec.name, codec.bits, -1};
}

}  // namespace pairalign::audio
