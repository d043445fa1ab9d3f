import type { Case } from '../case.ts';

/** What runners of continuous integration and editors do with the engine, in their order and options. */
export const runners: readonly Case[] = [
  {
    does: 'GitLab: helper and job share volumes, take scripts on stdin, are started again for each stage',
    script: `
      for v in builds cache; do docker volume create gl-$v > /dev/null; done
      docker run --rm -v gl-builds:/builds -v gl-cache:/cache busybox chmod 777 /builds /cache
      docker network create gl-net > /dev/null
      docker run -d --name gl-svc --network gl-net --network-alias db --stop-signal KILL busybox \\
        sh -c 'mkdir /w; echo row > /w/index.html; exec httpd -f -p 8080 -h /w' > /dev/null
      until docker exec gl-svc wget -qO /dev/null http://127.0.0.1:8080/; do sleep .1; done
      volumes='-v gl-builds:/builds -v gl-cache:/cache'
      docker create -i --name gl-helper --network gl-net $volumes busybox sh > /dev/null
      docker create -i --name gl-job --network gl-net $volumes -u 1000:1000 busybox sh > /dev/null
      docker start -ai gl-helper << 'END'
umask 0000; mkdir -p /builds/g/p; echo source > /builds/g/p/f; id -u
END
      docker start -ai gl-job << 'END'
cd /builds/g/p; id -u; cat f; wget -qO- http://db:8080/; echo made > artifact; echo said >&2; exit 3
END
      echo exit $?
      docker start -ai gl-helper << 'END'
cd /builds/g/p; stat -c '%u:%g %a' f artifact; cp artifact /cache; rm -r /builds/g; ls -A /builds
END
      docker run --rm --volumes-from gl-job busybox cat /cache/artifact
      docker rm -fv gl-helper gl-job gl-svc; docker volume rm gl-builds gl-cache; docker network rm gl-net`,
    shows: /^0\n1000\nsource\nrow\nexit 3\n0:0 666\n1000:1000 644\nmade\ngl-helper\n[^]*gl-net\n$/,
  },
  {
    does: 'GitLab without a network for each job: a linked service, awaited by its variables',
    script: `
      docker run -d --name gl-linked --expose 8080 --stop-signal KILL busybox \\
        sh -c 'mkdir /w; echo row > /w/index.html; exec httpd -f -p 8080 -h /w' > /dev/null
      docker run --rm --link gl-linked:service busybox sh -c \\
        'until wget -qO- http://$SERVICE_PORT_8080_TCP_ADDR:$SERVICE_PORT_8080_TCP_PORT/; do sleep .1; done'
      docker run -i --rm --link gl-linked:db --link gl-linked:other-name busybox sh << 'END'
wget -qO- http://db:8080/; wget -qO- http://other-name:8080/
END
      docker rm -f gl-linked`,
    shows: /^row\nrow\nrow\ngl-linked\n$/,
  },
  {
    does: 'GitHub Actions: a container job with a service; steps by exec with files of the work directory',
    script: `
      mkdir -p gh/_work/repo/repo gh/_work/_temp/_github_home gh/externals; cd gh
      docker network create --label gh github_network_1 > /dev/null
      docker create --name gh-redis --label gh --network github_network_1 --network-alias redis -p 6379 \\
        --health-cmd 'wget -qO /dev/null http://127.0.0.1:6379/' --health-interval 200ms busybox \\
        sh -c 'mkdir /w; echo PONG > /w/index.html; exec httpd -f -p 6379 -h /w' > /dev/null
      docker create --name gh-job --label gh --workdir /__w/repo/repo --network github_network_1 \\
        -e HOME=/github/home -e GITHUB_ACTIONS=true -e CI=true -v "$W/gh/_work":/__w \\
        -v "$W/gh/externals":/__e:ro -v "$W/gh/_work/_temp":/__w/_temp \\
        -v "$W/gh/_work/_temp/_github_home":/github/home --entrypoint tail busybox -f /dev/null > /dev/null
      docker start gh-redis gh-job
      docker ps --all --filter label=gh --filter status=running --no-trunc --format '{{.Names}}' | sort
      until [ "$(docker inspect -f '{{.State.Health.Status}}' gh-redis)" = healthy ]; do sleep .1; done
      docker port gh-redis | cut -d: -f1
      docker inspect -f '{{range .Config.Env}}{{println .}}{{end}}' gh-job | sort
      cat > _work/_temp/step.sh << 'END'
pwd; id -u; echo "$HOME $CI $MESSAGE"; wget -qO- http://redis:6379/; cat > from-stdin
echo "a=b" >> $GITHUB_ENV
mkdir -p node_modules/x; touch node_modules/x/y; touch /__e/z || exit 7
END
      echo input | MESSAGE='two words' docker exec -i --workdir /__w/repo/repo -e MESSAGE \\
        -e GITHUB_ENV=/__w/_temp/env gh-job sh -e /__w/_temp/step.sh 2> /dev/null
      echo exit $?; cat _work/repo/repo/from-stdin _work/_temp/env
      docker run --rm --name gh-action --label gh --workdir /github/workspace -e INPUT_WHO \\
        -e GITHUB_ACTIONS=true --network github_network_1 \\
        -v "$W/gh/_work/repo/repo":/github/workspace busybox \\
        sh -c 'cat from-stdin; rm -r node_modules; echo by-action > out'
      stat -c '%u %n' _work/repo/repo/*; cat _work/repo/repo/out
      docker rm --force gh-job gh-redis; docker network prune --force --filter label=gh`,
    shows: new RegExp(
      '^gh-redis\n[^]*6379[^]*\n/__w/repo/repo\n0\n[^\n]* true two words\nPONG\nexit 7\ninput\na=b\n' +
        'input\n0 _work/repo/repo/from-stdin\n0 _work/repo/repo/out\nby-action\ngh-job\ngh-redis\n' +
        'Deleted Networks:\ngithub_network_1\n\n$',
    ),
  },
  {
    does: 'dev containers: workspace, a container held by a shell, a shell server on stdin, another user',
    script: `
      mkdir -p dev; echo code > dev/main
      docker run --name dev --sig-proxy=false -a STDOUT -a STDERR --init --cap-add SYS_PTRACE \\
        --security-opt seccomp=unconfined --mount type=bind,source=$W/dev,target=/workspaces/dev \\
        --mount type=volume,source=dev-server,target=/vscode -l devcontainer.local_folder=$W/dev \\
        -l devcontainer.metadata='[{"remoteUser":"nobody"}]' --entrypoint /bin/sh busybox -c \\
        'echo Container started; trap "exit 0" 15; exec "$@"; while sleep 1 & wait $!; do :; done' \\
        - > dev.log &
      until grep -s started dev.log; do sleep .1; done; kill $!; wait $! 2> /dev/null
      docker inspect -f '{{index .Config.Labels "devcontainer.metadata"}}' $(docker ps -q -a --filter \\
        label=devcontainer.local_folder=$W/dev)
      docker exec -i -u root dev /bin/sh << 'END'
echo -n ␄; (id -u; echo ü); echo -n ␄$?␄; mkdir /vscode/bin; echo server > /vscode/bin/server
chown -R nobody /vscode; exit
END
      docker exec -i -u nobody -e TERM=x -w /workspaces/dev dev /bin/sh -c \\
        'id -u; cat main /vscode/bin/server; echo more >> /vscode/bin/server && cat'  < dev/main
      docker exec -w /workspaces/dev dev sh -c 'echo built > out; rm main; ls'; ls dev
      docker stop -t 5 dev; docker inspect -f '{{.State.ExitCode}}' dev; docker start dev
      docker exec dev cat /vscode/bin/server; docker rm -fv dev; docker volume rm dev-server`,
    shows: new RegExp(
      '^Container started\n[^]*␄0\nü\n␄0␄65534\ncode\nserver\ncode\nout\nout\n' +
        'dev\n0\ndev\nserver\nmore\ndev\ndev-server\n$',
    ),
  },
];
