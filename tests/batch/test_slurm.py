"""A real SLURM of one node: a job array whose shards meet in one folder."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ctocalc.batch.cluster import local_workers
from tests.batch import jobs
from tests.batch.batches import batch

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]
NEEDED = ("slurmctld", "slurmd", "munged", "sbatch")
CASES = [f"c{n}" for n in range(9)]
CONF = """
ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SlurmdParameters=config_overrides
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
SlurmctldPort={ports[0]}
SlurmdPort={ports[1]}
ReturnToService=2
MpiDefault=none
NodeName={host} NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN
PartitionName=all Nodes={host} Default=YES MaxTime=INFINITE State=UP
"""
JOB = """#!/bin/sh
exec {python} -m tests.batch.shard {folder} "$SLURM_ARRAY_TASK_ID" "$SLURM_ARRAY_TASK_COUNT"
"""


def free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [int(one.getsockname()[1]) for one in sockets]
    for one in sockets:
        one.close()
    return ports


@pytest.fixture(scope="module")
def slurm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Start a SLURM of this machine alone, and yield the environment of its commands."""
    path = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])
    missing = [name for name in NEEDED if not shutil.which(name, path=path)]
    if missing or os.getuid() != 0:
        pytest.skip(f"no SLURM can be started here: {', '.join(missing) or 'not root'}")
    folder = tmp_path_factory.mktemp("slurm")
    for name in ("state", "spool"):
        (folder / name).mkdir()
    (folder / "munge.key").write_bytes(os.urandom(128))
    (folder / "munge.key").chmod(0o600)
    host = socket.gethostname().split(".")[0]
    conf = folder / "slurm.conf"
    conf.write_text(CONF.format(folder=folder, host=host, ports=free_ports(2)))
    env = os.environ | {"PATH": path, "SLURM_CONF": str(conf), "PYTHONPATH": str(ROOT)}
    munge = [f"--{name}-file={folder}/munge.{name}" for name in ("key", "pid", "log", "seed")]
    commands = (
        ["munged", "--foreground", "--force", f"--socket={folder}/munge.socket", *munge],
        ["slurmctld", "-D"],
        ["slurmd", "-D", "-N", host],
    )
    daemons = []
    for command in commands:
        daemons.append(
            subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        )
        time.sleep(1.0)
    limit = time.monotonic() + 60
    while "idle" not in _said(["sinfo", "-h", "-o", "%t"], env):
        assert time.monotonic() < limit, "SLURM did not start"
        time.sleep(0.5)
    yield env
    for daemon in reversed(daemons):
        daemon.terminate()
        daemon.wait(timeout=60)


def _said(command: list[str], env: dict[str, str]) -> str:
    return subprocess.run(
        command, env=env, capture_output=True, text=True, check=False, timeout=60
    ).stdout


def test_the_shards_of_a_job_array_meet(slurm: dict[str, str], tmp_path: Path) -> None:
    here = batch(tmp_path / "here", CASES)
    with local_workers(1) as client:
        here.run(client)
    array = batch(tmp_path / "array", CASES)
    script = tmp_path / "job.sh"
    script.write_text(JOB.format(python=sys.executable, folder=array.folder))
    subprocess.run(
        ["sbatch", "--wait", "--array=0-3", f"--output={tmp_path}/%a.log", f"--chdir={ROOT}",
         str(script)],
        env=slurm, check=True, capture_output=True, timeout=500,
    )  # fmt: skip
    assert sorted((array.folder / jobs.MARKS).read_text().split()) == sorted(CASES)
    assert array.tables() == here.tables()
