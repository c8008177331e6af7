"""`make ui`: Airflow with the DAGs active, for one person on this machine, until interrupted."""

import os
import signal
import subprocess
import sys
import time
from types import FrameType

from rich.console import Console

from sepa.orchestration.environment import REPOSITORY, airflow_environment
from sepa.orchestration.supervisor import Supervisor, is_free
from sepa.pipeline.home import home_root

PORT = 8080


def main() -> int:
    """Run until interrupted; 1 when Airflow could not be started. Without a home, the sample day is lived first."""
    screen = Console(highlight=False, soft_wrap=True)
    port = int(os.environ.get("SEPA_UI_PORT") or PORT)
    if not is_free(port):
        screen.print(f"Port {port} is taken. Choose another: make ui SEPA_UI_PORT={port + 1}", style="red")
        return 1
    home = home_root(None)
    if not (home / "reference").exists():
        screen.print("There is no home yet, so the sample bank lives through its day first.")
        subprocess.run([sys.executable, "-m", "sepa.orchestration.demo"], check=True)
    supervisor = Supervisor(airflow_environment(REPOSITORY / ".airflow" / "ui", home, quiet=False), port=port)
    interrupted: list[int] = []

    def stop(number: int, _: FrameType | None) -> None:
        interrupted.append(number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    screen.print("Starting Airflow; the first start takes about a minute. Ctrl-C stops it.")
    try:
        supervisor.start()
        _tend(supervisor, interrupted, screen, str(home))
    except subprocess.CalledProcessError:
        screen.print(
            f"Airflow's database could not be prepared: see {supervisor.airflow_home / 'migrate.log'}"
        )
        return 1
    finally:
        screen.print("Stopping ...")
        supervisor.stop()
    screen.print("Everything is stopped.")
    return 0


def _tend(supervisor: Supervisor, interrupted: list[int], screen: Console, home: str) -> None:
    told = False
    while not interrupted:
        for component in supervisor.tend():
            log = supervisor.airflow_home / f"{component}.log"
            screen.print(f"{component} ended and was started again; its log: {log}", style="yellow")
        if not told and supervisor.is_healthy():
            told = True
            screen.print(f"\nAirflow is ready: http://127.0.0.1:{supervisor.port}", style="bold")
            for user, password in supervisor.passwords().items():
                screen.print(f"  {user:9} {password}", markup=False)
            screen.print(
                f"Files dropped into a folder of {home}/inbox are taken within seconds.", markup=False
            )
        time.sleep(1)


if __name__ == "__main__":
    sys.exit(main())
