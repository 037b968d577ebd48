# SPDX-License-Identifier: BSD-3-Clause
"""A Slurm of one node on the loopback interface: munged, slurmctld and slurmd in a folder of their
own, without systemd, cgroups or a database. As root only."""
import os
import pathlib
import socket
import subprocess
import time

CONFIGURATION = """\
ClusterName=plica
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={ports[0]}
SlurmdPort={ports[1]}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CredType=cred/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
MpiDefault=none
ReturnToService=2
KillWait=2
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
MessageTimeout=5
MaxArraySize={largest_array}
SchedulerParameters=sched_min_interval=100000,batch_sched_delay=0
NodeName={host} NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


class Cluster:
    """The three daemons, and the environment in which Slurm's programs find them."""

    def __init__(self, folder, largest_array=1001):
        self.folder = pathlib.Path(folder)
        self.processes = {}
        for name in ("state", "spool"):
            (self.folder / name).mkdir()
        key = self.folder / "munge.key"
        key.write_bytes(os.urandom(128))
        key.chmod(0o400)
        conf = self.folder / "slurm.conf"
        conf.write_text(
            CONFIGURATION.format(
                folder=self.folder,
                host=socket.gethostname().split(".")[0],
                ports=free_ports(2),
                largest_array=largest_array,
            )
        )
        (self.folder / "cgroup.conf").write_text("")
        self.environment = {**os.environ, "SLURM_CONF": str(conf)}

    def start(self, name, *args):
        with open(self.folder / f"{name}.out", "ab") as out:
            self.processes[name] = subprocess.Popen(
                [f"/usr/sbin/{name}", *args], env=self.environment, stdin=subprocess.DEVNULL,
                stdout=out, stderr=out,
            )  # fmt: skip

    def start_controller(self):
        self.start("slurmctld", "-D")

    def stop(self, name):
        process = self.processes.pop(name, None)
        if process is not None:
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def start_all(self):
        munge = [f"--{key}={self.folder}/munge.{end}" for key, end in (
            ("key-file", "key"), ("socket", "socket"), ("pid-file", "pid"),
            ("log-file", "log"), ("seed-file", "seed"))]  # fmt: skip
        self.start("munged", "--foreground", "--force", *munge)
        self.wait_for(lambda: (self.folder / "munge.socket").exists(), "munged")
        self.start_controller()
        self.start("slurmd", "-D")
        self.wait_for(lambda: "idle" in self.ask("sinfo", "--noheader", "--format=%t"), "slurmd")

    def stop_all(self):
        self.ask("scancel", "--user=root", "--state=PENDING")
        self.ask("scancel", "--user=root")
        for name in ("slurmd", "slurmctld", "munged"):
            self.stop(name)

    def ask(self, *argv):
        """What one of Slurm's programs prints, whatever becomes of it."""
        done = subprocess.run(argv, env=self.environment, capture_output=True, text=True,
                              timeout=60, check=False)  # fmt: skip
        return done.stdout

    def wait_for(self, condition, what, seconds=40):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if condition():
                return
            time.sleep(0.2)
        raise AssertionError(f"{what} did not come up in {seconds} s: {self.logs()}")

    def logs(self):
        return "\n".join(
            f"== {path.name}\n" + path.read_text(errors="replace")[-1500:]
            for path in sorted(self.folder.iterdir())
            if path.suffix in (".log", ".out")
        )
