"""What cmr_gpu_rate measures, in this machine's PyTorch: the backbone as people write it there,
eager and compiled, bfloat16, and the square matrix product that both are a share of.

usage: gpu_peer.py [DEVICE] [BATCH]
"""
import json
import statistics
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

SIZE, PATCH, WIDTH, DEPTH, HEADS = 224, 8, 384, 12, 6


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm1 = nn.LayerNorm(WIDTH, eps=1e-6)
        self.qkv = nn.Linear(WIDTH, 3 * WIDTH)
        self.proj = nn.Linear(WIDTH, WIDTH)
        self.norm2 = nn.LayerNorm(WIDTH, eps=1e-6)
        self.mlp = nn.Sequential(nn.Linear(WIDTH, 4 * WIDTH), nn.GELU(), nn.Linear(4 * WIDTH, WIDTH))

    def forward(self, x):
        batch, tokens, _ = x.shape
        q, k, v = self.qkv(self.norm1(x)).reshape(batch, tokens, 3, HEADS, -1).permute(2, 0, 3, 1, 4)
        seen = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(batch, tokens, WIDTH)
        x = x + self.proj(seen)
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
        for block in self.blocks:
            x = block(x)
        return self.norm(x)


def seconds(device, work):
    times = []
    for i in range(-3, 15):
        torch.cuda.synchronize() if device.startswith("cuda") else None
        start = time.perf_counter()
        work()
        torch.cuda.synchronize() if device.startswith("cuda") else None
        if i >= 0:
            times.append(time.perf_counter() - start)
    return statistics.median(times)


def forward_operations():
    patches = (SIZE // PATCH) ** 2
    tokens = patches + 1
    block = 2 * tokens * 12 * WIDTH**2 + 4 * tokens**2 * WIDTH
    return DEPTH * block + 2 * patches * WIDTH * PATCH**2


@torch.inference_mode()
def main():
    device = sys.argv[1] if len(sys.argv) > 1 else ("cuda" if torch.cuda.is_available() else "cpu")
    batch = int(sys.argv[2]) if len(sys.argv) > 2 else 64
    side = 8192 if device.startswith("cuda") else 1024
    a, b = (torch.randn(side, side, device=device, dtype=torch.bfloat16) for _ in range(2))
    peak = 2 * side**3 / seconds(device, lambda: a @ b)
    result = {"torch": torch.__version__, "matrixTflops": peak / 1e12}
    images = torch.rand(batch, 1, SIZE, SIZE, device=device, dtype=torch.bfloat16)
    model = Backbone().to(device, torch.bfloat16).eval()
    for name, net in (("eager", model), ("compiled", torch.compile(model))):
        t = seconds(device, lambda net=net: net(images))
        result[name] = {"imagesPerSecond": batch / t,
                        "shareOfMatrixRate": batch * forward_operations() / t / peak}
    print(json.dumps(result, indent=2))


main()
