"""Order of memory: a fused optimizer, which looks at no shapes, does what Adam does."""

import numpy as np
import pandas as pd
import torch

from zclust_explore.data.spectrograms import Spectrograms
from zclust_explore.models.autoencoder import CAE
from zclust_explore.models.memory_order import in_order_of
from zclust_explore.training import checkpoint
from zclust_explore.training.learner import Learner
from zclust_explore.training.trainer import Trainer


class Textbook:
    """Adam as Kingma and Ba (2015) write it, in float64 and on copies of its own."""

    def __init__(self, parameters, lr):
        self.lr, self.t = lr, 0
        self.values = [parameter.detach().double().contiguous().clone() for parameter in parameters]
        self.m, self.v = ([torch.zeros_like(value) for value in self.values] for _ in range(2))

    def step(self, gradients):
        """Move the values down these gradients, one a value."""
        self.t += 1
        for value, m, v, gradient in zip(self.values, self.m, self.v, gradients, strict=True):
            g = gradient.detach().double().contiguous()
            m.mul_(0.9).add_(0.1 * g)
            v.mul_(0.999).add_(0.001 * g**2)
            value -= self.lr * (m / (1 - 0.9**self.t)) / ((v / (1 - 0.999**self.t)).sqrt() + 1e-8)


def assert_agree(parameters, textbook):
    for parameter, value in zip(parameters, textbook.values, strict=True):
        assert torch.allclose(parameter.detach().double(), value, atol=2e-5)


def test_training_takes_the_steps_of_adam(tmp_path):
    """Where weights lie in one order and their gradients in another, each weight would get another's gradient."""
    values = np.random.default_rng(0).normal(size=(40, 17, 12))
    specs = Spectrograms(values, np.arange(1.0, 18), np.arange(12.0), pd.DataFrame(index=range(40)))
    trainer = Trainer(specs, latent_dim=3, batch_size=8, directory=tmp_path / "run")
    learner = Learner(trainer.run, torch.device("cpu"))
    batches = learner.pretraining(n_epochs=3, snapshot_every=3)
    parameters = list(learner._cae.parameters())
    textbook = Textbook(parameters, lr=trainer.run.settings["learning_rate"])
    learner._optimizer.register_step_pre_hook(
        lambda optimizer, *_: textbook.step([parameter.grad for parameter in parameters])
    )
    for _ in batches:
        pass
    assert textbook.t == 15
    assert_agree(parameters, textbook)


def test_a_resumed_optimizer_goes_on_in_the_order_of_its_weights():
    """After an interruption, each weight would be moved by the momentum of another."""
    random = torch.Generator().manual_seed(0)
    cae = CAE((17, 12), 3, n_channels=2).to(memory_format=torch.channels_last)
    parameters = list(cae.parameters())
    textbook = Textbook(parameters, lr=0.01)
    state = None
    for _ in range(3):
        optimizer = torch.optim.Adam(parameters, lr=0.01, fused=True)
        if state:
            checkpoint.restore(state, optimizer)
        for _ in range(3):
            gradients = [torch.randn(parameter.shape, generator=random) for parameter in parameters]
            for parameter, gradient in zip(parameters, gradients, strict=True):
                parameter.grad = in_order_of(parameter, gradient)
            optimizer.step()
            textbook.step(gradients)
        state = checkpoint.dump(optimizer)
    assert_agree(parameters, textbook)
