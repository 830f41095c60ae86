"""Frame skipping, without drawing the frames that nobody sees."""

from __future__ import annotations

from typing import Any

import gymnasium as gym
from gymnasium.utils import RecordConstructorArgs


class RepeatAction(gym.Wrapper, RecordConstructorArgs):
    """Repeats each action for several steps of the environment and sums their rewards; the observation is the last.

    Gymnasium's `MaxAndSkipObservation` does the same but for the greatest of the last two frames. CarRacing draws its
    observation in every step, which takes 98 % of its time: here only the frame that is returned is drawn.

    Args:
        env: the environment; a time limit inside it counts its own steps, not the repetitions.
        repeat: steps for each action, at least 1.
    """

    def __init__(self, env: gym.Env, repeat: int):
        if not isinstance(repeat, int) or repeat < 1:
            raise ValueError(f"RepeatAction: repeat is {repeat!r}; expected an integer of at least 1")
        RecordConstructorArgs.__init__(self, repeat=repeat)
        super().__init__(env)
        self.repeat = repeat
        # A window ("human") is drawn in every step all the same, so that a person sees all frames.
        self._skips_drawing = type(self.unwrapped).__name__ == "CarRacing" and self.render_mode != "human"

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        total = 0.0
        for left in reversed(range(self.repeat)):
            observation, reward, terminated, truncated, info = self._step(action, drawn=left == 0)
            total += float(reward)
            if terminated or truncated:
                if left > 0 and self._skips_drawing:
                    observation = self._draw()
                break
        return observation, total, terminated, truncated, info

    def _step(self, action: Any, drawn: bool) -> tuple[Any, Any, bool, bool, dict[str, Any]]:
        if drawn or not self._skips_drawing:
            return self.env.step(action)
        scene = self.unwrapped
        scene._render = lambda mode: scene.state.copy()  # hides the class's own method
        try:
            return self.env.step(action)
        finally:
            del scene._render

    def _draw(self) -> Any:
        """The observation of an episode that ended in a frame that was not drawn."""
        self.unwrapped.state = self.unwrapped._render("state_pixels")
        return self.unwrapped.state
