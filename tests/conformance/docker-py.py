"""What docker-py shows of an engine: prints one line for each step. Usage: docker-py.py SOCKET"""

import io
import sys
import tarfile

import docker

client = docker.DockerClient(base_url=f"unix://{sys.argv[1]}", timeout=60)


def archive(name: str, content: bytes) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as tar:
        info = tarfile.TarInfo(name)
        info.size = len(content)
        tar.addfile(info, io.BytesIO(content))
    return stream.getvalue()


def read_archive(chunks) -> bytes:
    with tarfile.open(fileobj=io.BytesIO(b"".join(chunks))) as tar:
        return tar.extractfile(tar.getmembers()[0]).read()


print("run", client.containers.run("busybox", ["echo", "out"], remove=True))

box = client.containers.run("busybox", ["sleep", "1000"], detach=True, labels={"of": "docker-py"})
print("exec_run", box.exec_run(["sh", "-c", "id -u; exit 3"]))
print("exec_run demux", box.exec_run(["sh", "-c", "echo a; echo b >&2"], demux=True))
print("exec_run stream", b"".join(box.exec_run(["echo", "c"], stream=True).output))
print("exec environment", box.exec_run("env", environment={"A": "1"}, workdir="/tmp").output.count(b"A=1"))
exec_id = client.api.exec_create(box.id, ["cat"], stdin=True, detach_keys="ctrl-x")["Id"]
print("exec_create", client.api.exec_inspect(exec_id)["DetachKeys"])
print("put_archive", box.put_archive("/tmp", archive("file", b"put")))
print("get_archive", read_archive(box.get_archive("/tmp/file")[0]))
print("list", len(client.containers.list(filters={"label": "of=docker-py"})))
print("update", sorted(box.update(cpu_shares=512).keys()))
print("top", len(box.top()["Processes"]))
print("commit", box.commit("committed", "1", message="m").tags)
box.remove(force=True)

logged = client.containers.run("busybox", ["sh", "-c", "echo one; echo two >&2"], detach=True)
print("wait", logged.wait()["StatusCode"])
print("logs", sorted(logged.logs(stream=True, follow=True)))
logged.remove()

attached = client.containers.create("busybox", ["echo", "attached"])
stream = attached.attach(stream=True)
attached.start()
print("attach", b"".join(stream))
attached.remove(force=True)

context = io.BytesIO()
with tarfile.open(fileobj=context, mode="w") as tar:
    for name, content in {"Dockerfile": b"FROM busybox\nCOPY f /f\nRUN cat /f\n", "f": b"built\n"}.items():
        info = tarfile.TarInfo(name)
        info.size = len(content)
        tar.addfile(info, io.BytesIO(content))
context.seek(0)
image, output = client.images.build(fileobj=context, custom_context=True, tag="by-docker-py", rm=True)
print("build", image.tags, "built" in "".join(line.get("stream", "") for line in output))

volume = client.volumes.create("by-docker-py", labels={"a": "b"})
network = client.networks.create("by-docker-py", driver="bridge")
low = client.api.create_container(
    "busybox", ["true"], host_config=client.api.create_host_config(binds=["by-docker-py:/v"])
)
network.connect(low["Id"], aliases=["x"])
network.disconnect(low["Id"])
print("volume and network", volume.name, network.name)
client.api.remove_container(low["Id"])
network.remove()
volume.remove()

for what, call in {
    "absent": lambda: client.containers.get("absent"),
    "bad mode": lambda: client.containers.create("busybox", pid_mode="foo"),
}.items():
    try:
        call()
    except docker.errors.APIError as error:
        print(what, error.response.status_code, error.explanation)
