"""Trains one agent of Stable-Baselines3 until an evaluation reaches the threshold; prints a JSON object a line.

The only argument is JSON: env, algorithm, seed, evaluationSeed, threshold, every, episodes, and of the algorithm steps,
envs, normalize and settings (bench/learning/tasks.json). An evaluation prints steps, seconds and
processor seconds of training until then and the mean and standard deviation of the returns; the last line has those of
all training, and the versions.
The clock starts after imports and the making of environments and agent, and stands still during evaluations.
"""

import json
import platform
import sys
import time

import gymnasium
import numpy as np
import stable_baselines3
import torch
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.env_util import make_vec_env
from stable_baselines3.common.evaluation import evaluate_policy
from stable_baselines3.common.utils import LinearSchedule
from stable_baselines3.common.vec_env import VecNormalize, sync_envs_normalization

# Environments that an evaluation steps at a time, as on our side.
EVALUATION_ENVS = 64


def clocks() -> np.ndarray:
    """Seconds, and processor seconds of this process."""
    return np.array([time.perf_counter(), time.process_time()])


class Evaluations(BaseCallback):
    """Evaluates before the first rollout that begins ``every`` or more steps after the evaluation before."""

    def __init__(self, task: dict, env):
        super().__init__()
        self.task = task
        self.env = env
        self.evaluated = 0
        self.reached = False
        # Seconds and processor seconds of evaluations.
        self.paused = np.zeros(2)

    def _on_training_start(self):
        self.started = clocks()

    def trained(self) -> dict:
        seconds, processor = clocks() - self.started - self.paused
        return {"steps": self.num_timesteps, "seconds": seconds, "processor": processor}

    def _on_rollout_start(self):
        if self.num_timesteps >= self.evaluated + self.task["every"]:
            self.evaluate()

    def _on_step(self) -> bool:
        return not self.reached

    def _on_training_end(self):
        if not self.reached and self.num_timesteps > self.evaluated:
            self.evaluate()

    def evaluate(self):
        trained = self.trained()
        began = clocks()
        if isinstance(self.env, VecNormalize):
            sync_envs_normalization(self.training_env, self.env)
        self.env.seed(self.task["evaluationSeed"])
        returns, _ = evaluate_policy(
            self.model,
            self.env,
            n_eval_episodes=self.task["episodes"],
            deterministic=True,
            return_episode_rewards=True,
        )
        mean = float(np.mean(returns))
        self.evaluated = self.num_timesteps
        self.reached = mean >= self.task["threshold"]
        line = {"type": "evaluation", **trained, "mean": mean, "std": float(np.std(returns, ddof=1))}
        print(json.dumps(line), flush=True)
        self.paused += clocks() - began


def schedules(settings: dict) -> dict:
    """``lin_x`` is x, falling to zero in proportion to the steps that are left."""

    def value(v):
        linear = isinstance(v, str) and v.startswith("lin_")
        return LinearSchedule(float(v[4:]), 0.0, 1.0) if linear else v

    return {key: value(v) for key, v in settings.items()}


def main():
    task = json.loads(sys.argv[1])
    settings = schedules(task["settings"])
    torch.set_num_threads(1)
    env = make_vec_env(task["env"], task["envs"], seed=task["seed"])
    evaluation_env = make_vec_env(task["env"], min(EVALUATION_ENVS, task["episodes"]))
    if task.get("normalize"):
        env = VecNormalize(env, gamma=settings["gamma"])
        evaluation_env = VecNormalize(evaluation_env, training=False, norm_reward=False)
    algorithm = getattr(stable_baselines3, task["algorithm"])
    model = algorithm("MlpPolicy", env, seed=task["seed"], device="cpu", **settings)
    evaluations = Evaluations(task, evaluation_env)
    model.learn(task["steps"], callback=evaluations)
    end = {"type": "end", **evaluations.trained()}
    versions = {
        "python": platform.python_version(),
        "stable-baselines3": stable_baselines3.__version__,
        "torch": torch.__version__,
        "gymnasium": gymnasium.__version__,
        "numpy": np.__version__,
    }
    print(json.dumps({**end, "versions": versions}), flush=True)


if __name__ == "__main__":
    main()
