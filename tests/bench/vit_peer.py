"""The backbone's forward pass once more, in python3-torch, as people write it there: the peer that
`cmr_bench` is compared with. Same sizes, same batches, same precisions, same number of threads.

usage: vit_peer.py OUT.json
"""
import json
import os
import sys
import time

import torch
from torch import nn

SIZE, PATCH, WIDTH, DEPTH, HEADS, LAYERS = 128, 8, 384, 12, 6, (3, 6, 9, 12)


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm1 = nn.LayerNorm(WIDTH, eps=1e-6)
        self.qkv = nn.Linear(WIDTH, 3 * WIDTH)
        self.proj = nn.Linear(WIDTH, WIDTH)
        self.norm2 = nn.LayerNorm(WIDTH, eps=1e-6)
        self.mlp = nn.Sequential(nn.Linear(WIDTH, 4 * WIDTH), nn.GELU(), nn.Linear(4 * WIDTH, WIDTH))

    def attention(self, x):
        batch, tokens, _ = x.shape
        q, k, v = self.qkv(x).reshape(batch, tokens, 3, HEADS, WIDTH // HEADS).permute(2, 0, 3, 1, 4)
        weights = ((q * (WIDTH // HEADS) ** -0.5) @ k.transpose(-2, -1)).softmax(-1)
        return self.proj((weights @ v).transpose(1, 2).reshape(batch, tokens, WIDTH))

    def forward(self, x):
        x = x + self.attention(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class Backbone(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Conv2d(1, WIDTH, PATCH, PATCH)
        self.cls = nn.Parameter(torch.zeros(1, 1, WIDTH))
        self.pos = nn.Parameter(torch.zeros(1, 1 + (SIZE // PATCH) ** 2, WIDTH))
        self.blocks = nn.ModuleList([Block() for _ in range(DEPTH)])
        self.norm = nn.LayerNorm(WIDTH, eps=1e-6)

    def forward(self, images):
        patches = self.embed(images).flatten(2).transpose(1, 2)
        x = torch.cat([self.cls.expand(len(images), -1, -1), patches], 1) + self.pos
        levels, side = [], SIZE // PATCH
        for layer, block in enumerate(self.blocks, 1):
            x = block(x)
            if layer == DEPTH:
                x = self.norm(x)
            if layer in LAYERS:
                levels.append(x[:, 1:].transpose(1, 2).reshape(len(images), WIDTH, side, side))
        return levels


def milliseconds(model, images):
    model(images)
    best, end = float("inf"), time.monotonic() + 2
    while time.monotonic() < end:
        start = time.perf_counter()
        model(images)
        best = min(best, time.perf_counter() - start)
    return 1000 * best


def main():
    torch.set_num_threads(os.cpu_count())
    found = {}
    with torch.inference_mode():
        for name, dtype in (("float32", torch.float32), ("bfloat16", torch.bfloat16)):
            model = Backbone().eval().to(dtype)
            for batch in (1, 8):
                images = torch.rand(batch, 1, SIZE, SIZE).to(dtype)
                found[f"backbone/{name}/{batch}"] = milliseconds(model, images) / batch
    with open(sys.argv[1], "w") as out:
        json.dump({"torch": torch.__version__, "ms_per_image": found}, out, indent=2)


if __name__ == "__main__":
    main()
