"""Makes each call of a save and of the journal fail, or be the last, and looks for what was lost.

    faults.py SCENARIO PROGRAM LIBRARY FOLDER MOUNTPOINT

LIBRARY is built from faults.c; FOLDER, empty, is where the profile is made. A first life without a fault counts the
calls and says what is right. Whatever fails then: the profile is the old or the new one to the byte, or one that
lacks only what was refused; what was acknowledged is in it, beside it, or comes back with the next mount; a save that
failed is said; no draft stays. Prints a line with the sums; exit status 1 if something is wrong.

Scenarios: `mount` ends with an unmount, `killed` with a kill after the fault, `over` cannot replace the profile and
writes over it, `exec` runs one command and keeps a backup.

Environment: FAULTS_SHARE=N leaves out all but one part in N of what matters less; FAULTS_ONLY=kill only kills.
"""

import ctypes
import errno
import glob
import itertools
import os
import plistlib
import signal
import subprocess
import sys
import time
from xml.parsers.expat import ExpatError

PATIENCE = 20
HEAD = ('<?xml version="1.0" encoding="UTF-8"?>\n<plist version="1.0">\n<dict>\n\t<!-- a comment -->\n'
        '\t<key>PayloadContent</key>\n\t<array>\n\t\t<dict>\n')
TAIL = '\t\t</dict>\n\t</array>\n'
PAYLOAD = "PayloadContent/com.example.faults"
STATE = os.environ["XDG_STATE_HOME"]

KILLS = ("kill", "cut")

# What can come of a call.
FULL = [errno.ENOSPC, errno.EDQUOT]
ERRORS = {
    "open": [errno.EACCES, errno.EIO, errno.EMFILE],
    "open-to-write": [errno.EACCES, errno.EROFS],
    "create": [errno.EACCES, errno.EROFS, errno.EIO] + FULL,
    "write": [errno.EIO, errno.EINTR, "short", "torn", "cut"] + FULL,
    "pwrite": [errno.EIO, errno.EINTR, "short", "torn", "cut"] + FULL,
    "ftruncate": [errno.EIO],
    "fsync": [errno.EIO] + FULL,
    "fdatasync": [errno.EIO] + FULL,
    "flock": [errno.ENOLCK, errno.EWOULDBLOCK],
    "close": [errno.EIO] + FULL,
    "fchown": [errno.EPERM, errno.EIO],
    "fchmod": [errno.EPERM, errno.EIO],
    "fsetxattr": [errno.EIO] + FULL,
    "futimens": [errno.EIO, errno.EPERM],
    "rename": [errno.EACCES, errno.EROFS, errno.EIO, errno.ENOSPC],
    "link": [errno.EPERM, errno.EMLINK, errno.EIO, errno.ENOSPC],
    "unlink": [errno.EIO, errno.EROFS],
    "mkdir": [errno.EACCES, errno.ENOSPC],
}
HARMLESS = [errno.EINTR, "short"]
# A full disk stays full.
TAKES_SPACE = ",create,write,pwrite,fsync,fdatasync,fsetxattr,link,rename,"


class Wrong(Exception):
    pass


def string(key, value):
    return f"\t\t\t<key>{key}</key>\n\t\t\t<string>{value}</string>\n"


def profile_bytes():
    payload = (string("PayloadType", "com.example.faults") +
               string("PayloadUUID", "00000000-0000-4000-8000-000000000001") +
               string("PayloadIdentifier", "org.example.faults.one") +
               "\t\t\t<key>PayloadVersion</key>\n\t\t\t<integer>1</integer>\n" +
               string("Changed", "old") + string("Removed", "old") + string("Renamed", "moves") +
               "\t\t\t<key>List</key>\n\t\t\t<array><string>one</string></array>\n")
    rest = (string("PayloadIdentifier", "org.example.faults") + string("PayloadType", "Configuration") +
            string("PayloadUUID", "00000000-0000-4000-8000-000000000002"))
    return (HEAD + payload + TAIL + rest.replace("\t\t\t", "\t") +
            "\t<key>PayloadVersion</key>\n\t<integer>1</integer>\n</dict>\n</plist>\n").encode()


def write(path, text, flags=os.O_CREAT | os.O_TRUNC):
    fd = os.open(path, os.O_WRONLY | flags, 0o644)
    try:
        os.write(fd, text.encode())
    finally:
        os.close(fd)


def sync(path):
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


# What is done, and what the payload has after it; None: the key is not there. No two touch the same key. What changes
# nothing saves.
STEPS = [
    (lambda at: write(at + "/Changed", "new\n"), {"Changed": "new"}),
    (lambda at: write(at + "/List", "two\n", os.O_APPEND), {"List": ["one", "two"]}),
    (lambda at: sync(at + "/../.."), {}),
    (lambda at: write(at + "/Made", "made\n"), {"Made": "made"}),
    (lambda at: os.unlink(at + "/Removed"), {"Removed": None}),
    (lambda at: os.rename(at + "/Renamed", at + "/Again"), {"Renamed": None, "Again": "moves"}),
    (lambda at: os.mkdir(at + "/Folder"), {"Folder": {}}),
]
COMMAND = ("cd " + PAYLOAD + " && echo new > Changed && echo two >> List && echo made > Made && rm Removed && "
           "mv Renamed Again && mkdir Folder")
ALL = {key: value for _, after in STEPS for key, value in after.items()}


def parse(data):
    """The profile without what is edited, and that."""
    try:
        content = plistlib.loads(data)
        payload = content["PayloadContent"][0]
    except (plistlib.InvalidFileException, ExpatError, ValueError, KeyError, IndexError) as error:
        raise Wrong(f"a profile cannot be read: {error!r}") from error
    return content, {key: payload.pop(key, None) for key in ALL}


def libc_umount(path):
    """Unmounts at once, as the system does: nobody asks for a save before."""
    if os.geteuid() == 0:
        return ctypes.CDLL(None, use_errno=True).umount2(path.encode(), 0) == 0
    return subprocess.run(["fusermount3", "-u", path], stderr=subprocess.DEVNULL, check=False).returncode == 0


def detach(path):
    if subprocess.run(["umount", "-l", path], stderr=subprocess.DEVNULL, check=False).returncode != 0:
        subprocess.run(["fusermount3", "-uz", path], stderr=subprocess.DEVNULL, check=False)


class Fault:
    """The nth call, what comes of it, and if others of its kind fail ever after."""

    def __init__(self, number=0, call="", kind=0, stays=False):
        self.number, self.call, self.kind, self.stays = number, call, kind, stays

    def __str__(self):
        kind = errno.errorcode[self.kind] if isinstance(self.kind, int) and self.kind else self.kind
        return f"call {self.number} ({self.call}): {kind}{' from there on' if self.stays else ''}"

    def environment(self, world):
        more = {"LD_PRELOAD": world.preloaded, "FAULT_DIRS": f"{world.folder}:{STATE}", "FAULT_LOG": world.log,
                "FAULT_NUMBER": str(self.number), "FAULT_KIND": str(self.kind)}
        if self.stays:
            more["FAULT_ALSO"] = TAKES_SPACE
        if world.scenario == "over":
            more["FAULT_BUSY"] = "p.mobileconfig"
        return dict(os.environ, **more)

    @property
    def kills(self):
        return self.kind in KILLS


class Mount:
    """A daemon in the foreground."""

    def __init__(self, world, environment=None):
        self.world = world
        # A file: nobody reads a pipe while it runs.
        self.messages = open(world.messages, "w+", encoding="utf-8")
        self.process = subprocess.Popen([world.program, "-f", "-o", "unknown=allow", world.profile, world.mountpoint],
                                        stdin=subprocess.DEVNULL, stdout=self.messages, stderr=self.messages,
                                        env=environment)
        before, until = os.stat(os.path.dirname(world.mountpoint)).st_dev, time.monotonic() + PATIENCE
        self.mounted = False
        while not self.mounted and self.process.poll() is None and time.monotonic() < until:
            try:
                self.mounted = os.stat(world.mountpoint).st_dev != before
            except OSError:
                pass
            if not self.mounted:
                time.sleep(0.001)

    def end(self):
        """Exit status and what it said."""
        try:
            status = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            detach(self.world.mountpoint)
            raise Wrong("it hangs") from None
        self.messages.seek(0)
        said = self.messages.read()
        self.messages.close()
        if status < 0 and self.mounted:
            detach(self.world.mountpoint)
        return status, said


class World:
    def __init__(self, scenario, program, library, folder, mountpoint):
        self.scenario, self.program, self.preloaded = scenario, program, library
        self.folder, self.mountpoint = os.path.realpath(folder), os.path.realpath(mountpoint)
        self.profile = os.path.join(self.folder, "p.mobileconfig")
        self.log, self.messages = mountpoint + ".calls", mountpoint + ".messages"
        self.old = profile_bytes()
        self.versions = {}  # what is edited in the profile: its bytes
        self.rest = parse(self.old)[0]

    def disk(self):
        with open(self.profile, "rb") as file:
            return file.read()

    def reset(self):
        for name in os.listdir(self.folder):
            os.unlink(os.path.join(self.folder, name))
        for name in self.journals():
            os.unlink(name)
        # Every life begins as the first did: with the same calls.
        if os.path.isdir(os.path.join(STATE, "profilefs")):
            os.rmdir(os.path.join(STATE, "profilefs"))
        if os.path.exists(self.log):
            os.unlink(self.log)
        with open(self.profile, "wb") as file:
            file.write(self.old)
        try:
            os.setxattr(self.profile, "user.note", b"kept")
        except OSError:
            pass
        self.versions[repr(parse(self.old)[1])] = self.old

    def journals(self):
        return glob.glob(glob.escape(STATE) + "/profilefs/*")

    def drafts(self):
        return glob.glob(glob.escape(self.folder) + "/.profilefs-*")

    def kept(self):
        return [name for name in sorted(glob.glob(glob.escape(self.folder) + "/.p.mobileconfig.*"))
                if ".rejected" in name or ".conflict" in name]

    def calls(self):
        with open(self.log, encoding="utf-8") as file:
            return file.read().split()

    # --- what must hold

    def look(self, data, acknowledged):
        """What is edited in these bytes; they must be what was there at some time."""
        rest, edited = parse(data)
        if rest != self.rest:
            raise Wrong("what was not edited is another")
        known = self.versions.get(repr(edited))
        if known is not None and known != data:
            raise Wrong("the profile has the right values and other bytes")
        if known is None and acknowledged >= len(STEPS):
            raise Wrong(f"the profile is neither an old nor a new one: {edited}")
        before = parse(self.old)[1]
        for key, value in edited.items():
            if value not in (before[key], ALL[key]):
                raise Wrong(f"{key} is {value!r}")
        return edited

    def must_have(self, wanted, places):
        """Everything wanted is in one of them."""
        if not any(all(place[key] == value for key, value in wanted.items()) for place in places):
            raise Wrong(f"lost: {wanted} was acknowledged, and there is {places}")


# --- lives ----------------------------------------------------------------------------------------------


class Life:
    """What came of the steps in one life of a daemon."""

    def __init__(self, world, fault):
        self.world, self.wanted, self.done = world, {}, 0
        mount = Mount(world, fault.environment(world))
        self.mounted = mount.mounted
        if mount.mounted:
            for step in STEPS:
                self.take(step, fault)
            if world.scenario == "killed":
                mount.process.kill()
            else:
                self.unmount(mount)
        self.status, self.said = mount.end()

    def unmount(self, mount):
        until = time.monotonic() + PATIENCE
        while not libc_umount(self.world.mountpoint) and mount.process.poll() is None and time.monotonic() < until:
            time.sleep(0.001)

    def take(self, step, fault):
        try:
            step[0](os.path.join(self.world.mountpoint, PAYLOAD))
        except OSError:
            return
        self.done += 1
        self.wanted.update(step[1])
        # Written over, it is whole again only after the next mount.
        if not step[1] and not (self.world.scenario == "over" and fault.kills):
            self.world.must_have(self.wanted, [self.world.look(self.world.disk(), self.done)])


def life_of_exec(world, fault):
    result = subprocess.run([world.program, "exec", "-o", "unknown=allow,backup=.bak", world.profile, "--", "sh", "-c",
                             COMMAND], env=fault.environment(world), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True, timeout=PATIENCE, check=False)
    if result.returncode < 0:
        for line in open("/proc/self/mounts", encoding="utf-8").read().splitlines():
            if line.split()[1].startswith(os.environ["XDG_RUNTIME_DIR"] + "/"):
                detach(line.split()[1])
    return result.returncode, result.stdout


def come_back(world):
    """The next mount, without a fault: what is in the tree, and is saved."""
    mount = Mount(world)
    if not mount.mounted:
        raise Wrong(f"it cannot be mounted any more: {mount.end()[1]}")
    if not libc_umount(world.mountpoint):
        raise Wrong("the next mount cannot be unmounted")
    status, said = mount.end()
    if status != 0:
        raise Wrong(f"the next mount is not saved: {said}")


# --- judging --------------------------------------------------------------------------------------------


def is_error(said):
    return any(": error: " in line for line in said.splitlines())


def judge_leftovers(world, fault, ended_well):
    # Whoever is killed cannot tidy up, and what cannot be removed stays.
    if world.drafts() and not fault.kills and fault.call != "unlink" and world.scenario != "killed":
        raise Wrong(f"drafts are left: {world.drafts()}")
    if ended_well and world.journals() and fault.call != "unlink":
        raise Wrong(f"a journal is left: {world.journals()}")


def judge_sync(fault, ended_well, refused):
    """What may not be on the disk was said: nobody sees it before the machine stops."""
    if fault.call in ("fsync", "fdatasync") and not fault.kills and ended_well and not refused:
        raise Wrong("it may not be on the disk, and nobody was told")


def judge_life(world, fault, life):
    ended, dies = life.status >= 0, fault.kills or world.scenario == "killed"
    if not ended and not dies:
        raise Wrong(f"it ended by signal {-life.status}")
    if ended and not life.mounted and (life.status != 2 or not is_error(life.said)):
        raise Wrong(f"it was not mounted, with exit status {life.status}: {life.said}")
    torn = world.scenario == "over" and not (ended and life.status == 0)
    found = [] if torn else [world.look(world.disk(), life.done)]
    saved = bool(found) and all(found[0][key] == value for key, value in life.wanted.items())
    if ended and life.mounted and not saved and (life.status == 0 or not is_error(life.said)):
        raise Wrong(f"it was not saved, with exit status {life.status}: {life.said}")
    if fault.kind in HARMLESS and (not saved or life.done < len(STEPS) or (ended and life.status != 0)) and not dies:
        raise Wrong(f"it is no reason to fail: {life.said}")
    judge_leftovers(world, fault, ended and life.status == 0)
    if not dies:
        judge_sync(fault, life.status == 0, life.done < len(STEPS))
    if not saved or world.journals():
        come_back(world)
        found.append(world.look(world.disk(), life.done))
    for name in world.kept():
        with open(name, "rb") as file:
            found.append(parse(file.read())[1])
    # Whoever edits without a journal was told.
    if not (dies and "no journal is kept" in life.said):
        world.must_have(life.wanted, found)


def judge_exec(world, fault, status, said):
    edited = world.look(world.disk(), len(STEPS))
    saved = edited == ALL
    if status < 0 and not fault.kills:
        raise Wrong(f"it ended by signal {-status}")
    if status == 0 and not saved:
        raise Wrong("it was not saved, with exit status 0")
    if status > 0 and not is_error(said):
        raise Wrong(f"exit status {status} without a word: {said}")
    if fault.kind in HARMLESS and status != 0:
        raise Wrong(f"it is no reason to fail: {said}")
    backup = world.profile + ".bak"
    if saved and open(backup, "rb").read() != world.old:
        raise Wrong("the backup is not the old one")
    if status == 1 and not fault.stays:
        world.must_have(ALL, [edited] + [parse(open(name, "rb").read())[1] for name in world.kept()])
    judge_leftovers(world, fault, status == 0)
    judge_sync(fault, status == 0, False)


def try_fault(world, fault):
    world.reset()
    if world.scenario == "exec":
        judge_exec(world, fault, *life_of_exec(world, fault))
    else:
        judge_life(world, fault, Life(world, fault))
    # A fault that did not happen proves nothing.
    if fault.number and not any(call.endswith("!") for call in world.calls()):
        raise Wrong("it did not happen")


def learn(world):
    """A life without a fault: the calls, and the versions that are right."""
    look, world.look = world.look, lambda data, done: world.versions.setdefault(repr(parse(data)[1]), data) and \
        parse(data)[1]
    try_fault(world, Fault())
    world.look = look
    calls = world.calls()
    if world.scenario != "killed" and parse(world.disk())[1] != ALL:
        raise Wrong("not everything is saved without a fault")
    return calls


def faults(world, calls):
    for number, call in enumerate(calls, 1):
        for kind in ERRORS[call]:
            if kind not in KILLS or world.scenario != "killed":
                yield Fault(number, call, kind)
        if f",{call}," in TAKES_SPACE and world.scenario != "killed":
            yield Fault(number, call, errno.ENOSPC, stays=True)
        if world.scenario != "killed":
            yield Fault(number, call, "kill")


def matters(fault):
    """Each of these has its own place where it would be the only one to find what is wrong: none is left out."""
    return ((fault.call == "write" and fault.kind in ("short", "cut")) or (fault.call == "fsync" and
            fault.kind == errno.EIO) or (fault.call == "pwrite" and fault.kind == "torn"))


def sample(every, share):
    """What matters, and one part of the others."""
    others = itertools.count()
    return (fault for fault in every if matters(fault) or next(others) % share == 0)


def main():
    world = World(*sys.argv[1:6])
    share, only = int(os.environ.get("FAULTS_SHARE", "1")), os.environ.get("FAULTS_ONLY", "")
    wrong = kills = count = 0
    calls = learn(world)
    every = (fault for fault in faults(world, calls) if not only or fault.kills)
    for fault in sample(every, share):
        count, kills = count + 1, kills + fault.kills
        try:
            try_fault(world, fault)
        except (Wrong, OSError, subprocess.TimeoutExpired) as error:
            wrong += 1
            detach(world.mountpoint)
            print(f"{world.scenario}: {fault}: {error}")
    print(f"{world.scenario}: {len(calls)} calls, {count - kills} faults and {kills} kills in them, {wrong} wrong")
    return wrong > 0


signal.signal(signal.SIGPIPE, signal.SIG_DFL)
sys.exit(main())
