"""The words of a Stable-Baselines3 model that need no more than its environment and its checkpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from .checkpoint import Source, read_checkpoint, write_checkpoint
from .connection import AgentConnection
from .learning import warn
from .teaching import Teaching
from .vector import SingleEnv, StableBaselinesVector, as_vector

if TYPE_CHECKING:
    from gymnasium import Space

Agent = TypeVar("Agent", bound="Model")


class Model:
    """What `RemoteAgent` has in common with every model of Stable-Baselines3."""

    env: Any
    connection: AgentConnection
    observation_space: Space[Any]
    action_space: Space[Any]
    teaching: Teaching
    _warned_of_normalization = False

    if TYPE_CHECKING:  # the class of an agent has one; `load` calls it

        def __init__(self, *, checkpoint: Source | None, env: Any, **options: Any) -> None: ...

    @property
    def n_envs(self) -> int | None:
        """How many environments `learn` steps; None without."""
        return None if self.env is None else self.env.num_envs

    def get_env(self) -> Any:
        """The environment, for callbacks and `evaluate_policy`.

        Returns:
            The `VecEnv` that was given; a `gymnasium.Env` with `num_envs` 1 for a `gymnasium.Env`; for a Gymnasium
            vector environment what has `num_envs` and the spaces; None if there is none.
        """
        if isinstance(self.env, StableBaselinesVector):
            return self.env.env
        return self.env.view if isinstance(self.env, SingleEnv) else self.env

    def set_env(self, env: Any, force_reset: bool = True) -> None:
        """Learn in another environment from now on.

        Args:
            env: as for the class; its spaces must be the agent's.
            force_reset: begin its episodes, and a batch, anew. False: the episodes stand where `learn` stopped, such as
                those of the same environment in a wrapper.

        Raises:
            ValueError: its spaces are others, or without a reset the number of environments.
        """
        self.teaching.refuse_in_learn("set_env")
        new = as_vector(env)
        for kind in ("observation_space", "action_space"):
            theirs, own = getattr(new, kind), getattr(self, kind)
            if theirs != own:
                raise ValueError(f"the {kind} of env is {theirs}; expected the agent's, {own}.")
        if not force_reset and self.env is not None:
            form = (self.env.num_envs, self.env.autoreset)
            if (new.num_envs, new.autoreset) != form:
                raise ValueError(
                    f"env has {new.num_envs} environments with autoreset {new.autoreset}; expected {form[0]} with "
                    f"{form[1]}, or force_reset=True."
                )
        self.env = new
        if force_reset:
            self.teaching.forget_environment()

    def get_vec_normalize_env(self) -> Any:
        """The `VecNormalize` of Stable-Baselines3 in the environment; None if there is none."""
        env = self.get_env()
        while env is not None and not hasattr(type(env), "normalize_reward"):
            env = getattr(env, "venv", None)
        return env

    def _check_normalization(self) -> None:
        normalize = self.get_vec_normalize_env()
        if normalize is not None and normalize.training and not self._warned_of_normalization:
            self._warned_of_normalization = True
            warn(
                "VecNormalize changes its statistics while the agent learns (training is True), so that old "
                "transitions teach what is not true any more. Set training = False before learn."
            )

    def set_logger(self, logger: Any) -> None:
        """Where callbacks record, such as what `configure` of Stable-Baselines3's logger gives."""
        self.logger = logger

    def get_parameters(self) -> dict[str, dict[str, Any]]:
        """The agent's vectors: of the policy and of the critic, by their names in a checkpoint.

        A copy: changing it does not change the agent.
        """
        vectors: dict[str, dict[str, Any]] = read_checkpoint(self._checkpoint())["state"]["agent"]
        return vectors

    def save(self, path: Source, exclude: Any = None, include: Any = None) -> None:
        """Write a checkpoint, which `load`, `mirrorflow serve`, `eval` and `train --resume` read.

        Args:
            path: of the file, which gets `.zip` if it has no suffix, as in Stable-Baselines3; folders are made. Or a
                file that is open for writing bytes.
            exclude: not used.
            include: not used.

        Raises:
            OSError: it cannot be written.
        """
        write_checkpoint(path, self._checkpoint())

    def _checkpoint(self) -> bytes:
        content: bytes = self.connection.request("save")["checkpoint"].tobytes()
        return content

    @classmethod
    def load(
        cls: type[Agent],
        path: Source,
        env: Any = None,
        device: Any = "auto",
        custom_objects: Any = None,
        print_system_info: bool = False,
        force_reset: bool = True,
        **options: Any,
    ) -> Agent:
        """Start an agent from a checkpoint.

        Args:
            path: of the checkpoint, with or without the suffix `.zip`, or a file that is open for reading bytes.
            env: for `learn`.
            device: the agent learns on the processor; anything but "auto" and "cpu" is told to be ignored.
            custom_objects: not used.
            print_system_info: not used.
            force_reset: not used: a checkpoint has no environment.
            options: those of the class.

        Raises:
            FileNotFoundError: there is no such file.
            ValueError: it is no checkpoint of mirrorflow.
        """
        if str(device) not in ("auto", "cpu"):
            warn(f"device {str(device)!r} is ignored: an agent of mirrorflow learns on the processor.")
        return cls(checkpoint=path, env=env, **options)

    def __reduce__(self) -> Any:
        raise TypeError(
            "a RemoteAgent is a process and cannot be pickled or copied; expected save(path) and "
            "RemoteAgent.load(path) for another agent, or for this one in another process "
            f"RemoteAgent(endpoint={self.connection.endpoint!r})."
        )
