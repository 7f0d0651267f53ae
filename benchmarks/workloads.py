"""The shapes of the parameters of four models."""


def resnet50():
    """The 161 tensors of a ResNet-50 for ImageNet: 25.6 million parameters."""
    shapes = [(64, 3, 7, 7), (64,), (64,)]
    inputs = 64
    for width, blocks in ((64, 3), (128, 4), (256, 6), (512, 3)):
        for block in range(blocks):
            for outputs, fan_in, k in (
                (width, inputs, 1),
                (width, width, 3),
                (4 * width, width, 1),
            ):
                shapes += [(outputs, fan_in, k, k), (outputs,), (outputs,)]
            if block == 0:  # the shortcut changes the number of channels
                shapes += [(4 * width, inputs, 1, 1), (4 * width,), (4 * width,)]
            inputs = 4 * width
    return [*shapes, (1000, 2048), (1000,)]


def gpt2_small():
    """The 148 tensors of GPT-2 small: 124 million parameters."""
    d = 768
    block = [(d,), (d,), (d, 3 * d), (3 * d,), (d, d), (d,), (d,), (d,)]
    block += [(d, 4 * d), (4 * d,), (4 * d, d), (d,)]
    return [(50257, d), (1024, d), *(12 * block), (d,), (d,)]


WORKLOADS = {
    "one tensor of 25M": [(25_000_000,)],
    "ResNet-50": resnet50(),
    "GPT-2 small": gpt2_small(),
    "10–50–1 network": [(50, 10), (50,), (1, 50), (1,)],
}
