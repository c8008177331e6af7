"""Airflow's four components: started, started again when one ends, and stopped with all that they started."""

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from sepa.orchestration.environment import USERS, listening_on

COMPONENTS = {name: (name,) for name in ("api-server", "scheduler", "dag-processor", "triggerer")}
"""The name of each → what is said to `airflow`."""
GRACE_SECONDS = 30


class Supervisor:
    """Runs the components in sessions of their own, with a log file each in Airflow's home."""

    def __init__(
        self, environment: dict[str, str], *, port: int, workers: Mapping[str, tuple[str, ...]] | None = None
    ) -> None:
        """`workers` are further components, by their names: what is said to `airflow` for each."""
        self.airflow_home = Path(environment["AIRFLOW_HOME"])
        self.port = port
        ports = listening_on(port, task_logs=free_port(), trigger_logs=free_port())
        self._environment = {**os.environ, **environment, **ports}
        self._said = {**COMPONENTS, **(workers or {})}
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._airflow = str(Path(sys.executable).parent / "airflow")

    def start(self) -> None:
        """Bring the metadata database to form, draw the users' passwords, start every component."""
        self.passwords()
        with (self.airflow_home / "migrate.log").open("wb") as log:
            subprocess.run(
                [self._airflow, "db", "migrate"],
                env=self._environment,
                check=True,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        for component in self._said:
            self._start(component)

    def passwords(self) -> dict[str, str]:
        """Name → password of every user, drawn once and kept in a file that only its owner can read."""
        place = self.airflow_home / "simple_auth_manager_passwords.json.generated"
        known: dict[str, str] = json.loads(place.read_text()) if place.exists() else {}
        if missing := USERS.keys() - known.keys():
            known |= {name: secrets.token_urlsafe(9) for name in missing}
            place.touch(mode=0o600)
            place.write_text(json.dumps(known))
        return {name: known[name] for name in USERS}

    def tend(self) -> list[str]:
        """Start again whatever has ended; return the names of what had."""
        ended = [component for component, running in self._running.items() if running.poll() is not None]
        for component in ended:
            _end_session(self._running[component].pid)
            self._start(component)
        return ended

    def session(self, component: str) -> int:
        """The session of a component, to which all processes belong that it starts."""
        return self._running[component].pid

    def kill(self, component: str) -> None:
        """End a component and all that it started at once, as when its machine is gone; `tend` starts it again."""
        _end_session(self.session(component))

    def stop(self) -> None:
        """Ask all to end, wait, and end those that did not with everything they started."""
        for running in self._running.values():
            running.terminate()
        deadline = time.monotonic() + GRACE_SECONDS
        for running in self._running.values():
            with suppress(subprocess.TimeoutExpired):
                running.wait(max(0.1, deadline - time.monotonic()))
            _end_session(running.pid)
            running.wait()

    def is_healthy(self) -> bool:
        """Whether all components report themselves healthy."""
        address = f"http://127.0.0.1:{self.port}/api/v2/monitor/health"
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                parts = json.load(answer)
        except (OSError, ValueError):
            return False
        return all(part.get("status") == "healthy" for part in parts.values())

    def _start(self, component: str) -> None:
        with (self.airflow_home / f"{component}.log").open("ab") as log:
            self._running[component] = subprocess.Popen(
                [self._airflow, *self._said[component]],
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )


def free_port() -> int:
    """A port of this machine that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def is_free(port: int) -> bool:
    """Whether nobody listens on this port of this machine."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) != 0


def _end_session(session: int) -> None:
    """Kill all processes of a session: a component's log server and tasks outlive it, in groups of their own."""
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            after_name = (process / "stat").read_text().rpartition(")")[2].split()
            if int(after_name[3]) == session:
                os.kill(int(process.name), signal.SIGKILL)
    with suppress(ProcessLookupError, PermissionError):  # where there is no /proc
        os.killpg(session, signal.SIGKILL)
