/**
 * A script that builds packages in /root/debs with the paths and unit files of docker-ce and containerd.io,
 * and Debian's programs in them. Docker's own are not available here.
 */
export const buildDockerCe = `set -e
cd /root/debs
ce=docker-ce.tree
mkdir -p $ce/DEBIAN $ce/usr/bin $ce/usr/lib/systemd/system
cp /usr/sbin/dockerd /usr/sbin/docker-proxy /usr/sbin/docker-init $ce/usr/bin/ 2>/dev/null ||
  cp $(dpkg -L docker.io | grep -E '/(dockerd|docker-proxy|docker-init)$') $ce/usr/bin/
cat > $ce/DEBIAN/control <<'END'
Package: docker-ce
Version: 5:28.0.0-1~debian.13~trixie
Architecture: amd64
Maintainer: Nobody <nobody@example.test>
Depends: containerd.io, iptables
Conflicts: docker.io
Replaces: docker.io
Description: docker-ce as Docker packages it, with Debian's programs
END
cat > $ce/usr/lib/systemd/system/docker.service <<'END'
[Unit]
Description=Docker Application Container Engine
Documentation=https://docs.docker.com
After=network-online.target docker.socket firewalld.service containerd.service time-set.target
Wants=network-online.target containerd.service
Requires=docker.socket

[Service]
Type=notify
ExecStart=/usr/bin/dockerd -H fd:// --containerd=/run/containerd/containerd.sock
ExecReload=/bin/kill -s HUP $MAINPID
TimeoutStartSec=0
RestartSec=2
Restart=always
StartLimitBurst=3
StartLimitInterval=60s
LimitNPROC=infinity
LimitCORE=infinity
TasksMax=infinity
Delegate=yes
KillMode=process
OOMScoreAdjust=-500

[Install]
WantedBy=multi-user.target
END
cat > $ce/usr/lib/systemd/system/docker.socket <<'END'
[Unit]
Description=Docker Socket for the API

[Socket]
ListenStream=/run/docker.sock
SocketMode=0660
SocketUser=root
SocketGroup=docker

[Install]
WantedBy=sockets.target
END
cat > $ce/DEBIAN/postinst <<'END'
#!/bin/sh
set -e
if [ "$1" = configure ]; then
  systemctl daemon-reload
  systemctl enable --quiet docker.service docker.socket
  systemctl restart docker.socket docker.service
fi
END
chmod 755 $ce/DEBIAN/postinst
io=containerd.io.tree
mkdir -p $io/DEBIAN $io/usr/bin $io/usr/lib/systemd/system
cp /usr/bin/containerd /usr/bin/containerd-shim-runc-v2 /usr/bin/ctr $io/usr/bin/
cp "$(command -v runc)" $io/usr/bin/runc
cat > $io/DEBIAN/control <<'END'
Package: containerd.io
Version: 2.0.0-1
Architecture: amd64
Maintainer: Nobody <nobody@example.test>
Provides: containerd, runc
Conflicts: containerd, runc
Replaces: containerd, runc
Description: containerd.io as Docker packages it, with Debian's programs
END
cat > $io/usr/lib/systemd/system/containerd.service <<'END'
[Unit]
Description=containerd container runtime
After=network.target local-fs.target

[Service]
ExecStartPre=-/sbin/modprobe overlay
ExecStart=/usr/bin/containerd
Type=notify
Delegate=yes
KillMode=process
Restart=always
RestartSec=5
LimitNPROC=infinity
LimitCORE=infinity
TasksMax=infinity
OOMScoreAdjust=-999

[Install]
WantedBy=multi-user.target
END
cat > $io/DEBIAN/postinst <<'END'
#!/bin/sh
set -e
systemctl daemon-reload
systemctl enable --quiet --now containerd
END
chmod 755 $io/DEBIAN/postinst
dpkg-deb --build --root-owner-group -Znone $ce docker-ce.deb >/dev/null
dpkg-deb --build --root-owner-group -Znone $io containerd.io.deb >/dev/null
`;
