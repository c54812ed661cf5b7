#!/bin/bash
# SPDX-License-Identifier: MIT
# Train six teachers that differ in width and seed on a GPU, then the student that is exported.
# Usage: DATA=folder bash training/face/ensemble.sh
set -euo pipefail

GPU="--data $DATA/fer2013_train_valid.parquet --device cuda --bf16 --workers 12"
LONG="--epochs 300 --batch 128 --lr 0.1 --warmup 0.02 --clean-epochs 15 --ema 0.999"
STRONG="--mixup 0.2 --rotate-deg 12 --shift 0.1 --scale 0.15 --erase 0.25"
# shellcheck disable=SC2086 # lists of options
for seed in 1 2 3; do
  for width in 48 64; do
    python -m training.face.train $GPU $LONG $STRONG --width $width --stem-stride 1 \
      --seed $seed --out runs/teacher_${width}_$seed
  done
done
TEACHERS=(runs/teacher_*/best.safetensors)
python -m training.face.teachers --device cuda --checkpoints "${TEACHERS[@]}" \
  --data "$DATA/fer2013_train_valid.parquet" --tta flip
# shellcheck disable=SC2086
python -m training.face.train $GPU $LONG $STRONG --width 32 --stem-stride 1 \
  --teachers "${TEACHERS[@]}" --kd-temperature 3 --kd-share 0.7 --out runs/student
python -m training.face.export --checkpoint runs/student/best.safetensors \
  --data "$DATA/fer2013_train_valid.parquet"
