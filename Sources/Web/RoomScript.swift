extension Assets {
    /// The room page: history, the live stream, joining, writing.
    static let room = #"""
        import { fingerprint, post, complaint } from "/assets/visitor.js";

        const find = (id) => document.getElementById(id);
        const page = find("room");
        const code = page.dataset.code;
        const path = `/api/chats/discover/${encodeURIComponent(code)}/`;
        const log = find("log");
        const text = find("text");
        const longest = 2000;

        let member = null;
        let renaming = false;
        let older = null;
        let lastID = null;
        let unread = 0;
        let title = document.title;
        const known = new Set();
        const online = new Map();
        const typing = new Map();

        function say(id, words) {
          if (find(id).textContent !== words) find(id).textContent = words;
        }

        function made(tag, properties, ...children) {
          const element = Object.assign(document.createElement(tag), properties);
          element.append(...children);
          return element;
        }

        async function ask(rest) {
          try {
            const response = await fetch(path + rest, { headers: { "X-Fingerprint": fingerprint } });
            return { ok: response.ok, status: response.status, answer: await response.json() };
          } catch {
            return { ok: false, status: 0, answer: {} };
          }
        }

        // Messages

        const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
        const calendar = new Intl.DateTimeFormat(undefined, {
          weekday: "long", day: "numeric", month: "long",
        });

        function item(message) {
          const at = new Date(message.created_at);
          const time = made("time", {
            dateTime: message.created_at, title: at.toLocaleString(), textContent: clock.format(at),
          });
          const name = made("bdi", { textContent: message.member.display_name });
          const by = made("p", { className: "by" }, name, message.is_own ? " (you) " : " ", time);
          const words = made("p", { className: "words", dir: "auto", textContent: message.content });
          const element = made("li", { className: "message" }, by, words);
          if (message.is_own) element.classList.add("own");
          element.dataset.member = message.member.id;
          element.dataset.at = message.created_at;
          return element;
        }

        // Neighbours of one author share a heading; each day has its own.
        function arrange() {
          for (const divider of log.querySelectorAll("li.day")) divider.remove();
          let before = null;
          for (const element of [...log.querySelectorAll("li.message")]) {
            const at = new Date(element.dataset.at);
            const last = before && new Date(before.dataset.at);
            const isNewDay = !last || last.toDateString() !== at.toDateString();
            if (isNewDay) {
              element.before(made("li", { className: "day", textContent: calendar.format(at) }));
            }
            element.classList.toggle("follows", !isNewDay && at - last < 300000
              && before.dataset.member === element.dataset.member);
            before = element;
          }
          find("quiet").hidden = known.size > 0;
        }

        const isAtEnd = () => log.scrollHeight - log.scrollTop - log.clientHeight < 60;

        function toEnd() {
          log.scrollTop = log.scrollHeight;
          find("fresh").hidden = true;
        }

        function fresh(messages) {
          const added = messages.filter((message) => !known.has(message.id));
          for (const message of added) known.add(message.id);
          return added;
        }

        function append(messages) {
          const added = fresh(messages);
          if (messages.length) lastID = messages[messages.length - 1].id;
          if (!added.length) return;
          const follows = isAtEnd() || added[added.length - 1].is_own;
          find("messages").append(...added.map(item));
          arrange();
          if (follows) toEnd();
          else find("fresh").hidden = false;
        }

        // What is no news is not read out.
        async function silently(work) {
          log.setAttribute("aria-live", "off");
          work();
          await new Promise((done) => setTimeout(done, 100));
          log.setAttribute("aria-live", "polite");
        }

        async function loadEarlier() {
          const { ok, answer } = await ask(`messages/?before=${encodeURIComponent(older)}`);
          if (!ok) return;
          const added = fresh(answer.results);
          await silently(() => {
            const height = log.scrollHeight;
            find("messages").prepend(...added.map(item));
            arrange();
            log.scrollTop += log.scrollHeight - height;
            setOlder(answer.older);
          });
        }

        function setOlder(cursor) {
          const hadFocus = document.activeElement === find("earlier");
          older = cursor;
          find("earlier").hidden = older === null;
          if (hadFocus && older === null) log.focus();
        }

        // The live stream

        let waiting = null;

        function connect() {
          const query = new URLSearchParams({ fingerprint });
          if (lastID) query.set("last_event_id", lastID);
          const events = new EventSource(`${path}events/?${query}`);
          const on = (name, act) =>
            events.addEventListener(name, (event) => act(JSON.parse(event.data)));
          on("presence", (change) => (change.type === "snapshot" ? begin(change) : moved(change)));
          on("message", (message) => {
            typing.delete(message.member.id);
            showTyping();
            if (document.hidden && !message.is_own) badge(unread + 1);
            // While the history is on its way, what is new waits behind it.
            if (waiting) waiting.push(message);
            else append([message]);
          });
          on("typing", ({ member: { id, display_name: name } }) => {
            clearTimeout(typing.get(id)?.timer);
            const timer = setTimeout(() => typing.delete(id) && showTyping(), 5000);
            typing.set(id, { name, timer });
            showTyping();
          });
          on("closed", () => {
            events.close();
            close();
          });
          events.addEventListener("open", () => say("state", ""));
          events.addEventListener("error", () => {
            say("state", "The connection is lost. Trying again…");
            if (events.readyState === EventSource.CLOSED) setTimeout(again, 4000);
          });
        }

        async function again() {
          const { status } = await ask("");
          if (status === 404) close();
          else connect();
        }

        async function begin(snapshot) {
          online.clear();
          for (const one of snapshot.members) online.set(one.id, one);
          showOnline(snapshot);
          if (lastID || waiting) return;
          waiting = [];
          const { ok, answer } = await ask("messages/");
          const arrived = waiting;
          waiting = null;
          if (!ok) return append(arrived);
          await silently(() => {
            append(answer.results);
            setOlder(answer.older);
            toEnd();
          });
          append(arrived);
        }

        function moved(change) {
          if (change.type === "join" || change.type === "online") {
            online.set(change.member.id, change.member);
          } else {
            online.delete(change.member.id);
            typing.delete(change.member.id);
            showTyping();
          }
          if (member && change.member.id === member.id && change.type !== "offline") {
            member = change.type === "leave" ? null : change.member;
            showSelf();
          }
          showOnline(change);
        }

        function showOnline(counts) {
          say("presence", `${counts.online} online, ${counts.active_users} in the last day`);
          const everybody = [...online.values()].sort((one, other) =>
            one.display_name.localeCompare(other.display_name));
          find("online").replaceChildren(...everybody.map((one) => made("li", {},
            made("bdi", { textContent: one.display_name }),
            member && one.id === member.id ? " (you)" : "")));
        }

        function showTyping() {
          const names = [...typing.values()].map(({ name }) => name);
          say("typing", names.length === 0 ? ""
            : names.length > 3 ? "Several people are typing…"
            : `${names.join(", ")} ${names.length > 1 ? "are" : "is"} typing…`);
        }

        function badge(count) {
          unread = count;
          document.title = unread ? `(${unread}) ${title}` : title;
        }

        function close() {
          page.classList.add("closed");
          for (const id of ["join", "here", "write", "fresh"]) find(id).hidden = true;
          typing.clear();
          showTyping();
          say("state", "This room was closed. Nothing more can be written here.");
        }

        // Joining, leaving and writing

        function showSelf() {
          find("here").hidden = !member || renaming;
          find("write").hidden = !member;
          find("join").hidden = Boolean(member) && !renaming;
          find("cancel").hidden = !renaming;
          find("enter").textContent = renaming ? "Change name" : "Join the room";
          if (member) find("self").textContent = member.display_name;
        }

        async function act(rest, body) {
          say("problem", "");
          const result = await post(path + rest, body);
          if (!result.ok) {
            const wait = result.answer.retry_after;
            say("problem", complaint(result.answer) + (wait ? ` Try again in ${wait} s.` : ""));
            if (result.status === 403) {
              member = null;
              showSelf();
            }
          }
          return result;
        }

        find("join").addEventListener("submit", async (event) => {
          event.preventDefault();
          const name = find("name").value.trim();
          const { ok, answer } = await act("join/", name ? { display_name: name } : {});
          if (!ok) return find("name").focus();
          member = answer.member;
          renaming = false;
          online.set(member.id, member);
          showSelf();
          showOnline(answer.chat_room);
          text.focus();
        });

        find("rename").addEventListener("click", () => {
          renaming = true;
          find("name").value = member.display_name;
          showSelf();
          find("name").select();
        });

        find("cancel").addEventListener("click", () => {
          renaming = false;
          showSelf();
          find("rename").focus();
        });

        find("leave").addEventListener("click", async () => {
          const { ok } = await act("leave/", {});
          if (!ok) return;
          member = null;
          showSelf();
          find("name").focus();
        });

        let told = 0;
        let isSending = false;

        function measure() {
          text.style.height = "auto";
          text.style.height = `${Math.min(text.scrollHeight + 2, 192)}px`;
          const left = longest - [...text.value.trim()].length;
          say("left", left < 200 ? `${left} characters left.` : "");
          find("send").disabled = left < 0;
        }

        text.addEventListener("input", () => {
          measure();
          if (!text.value.trim() || Date.now() - told < 3000) return;
          told = Date.now();
          post(`${path}heartbeat/`, { typing: true });
        });

        text.addEventListener("keydown", (event) => {
          if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
          event.preventDefault();
          find("write").requestSubmit();
        });

        find("write").addEventListener("submit", async (event) => {
          event.preventDefault();
          const content = text.value.trim();
          if (!content || isSending || find("send").disabled) return;
          isSending = true;
          const { ok } = await act("messages/", { content });
          isSending = false;
          text.focus();
          if (!ok) return;
          // The message itself comes with the stream, in its place among the others.
          if (text.value.trim() === content) text.value = "";
          told = 0;
          measure();
          toEnd();
        });

        find("earlier").addEventListener("click", loadEarlier);
        find("fresh").addEventListener("click", () => {
          toEnd();
          log.focus();
        });
        log.addEventListener("scroll", () => isAtEnd() && (find("fresh").hidden = true));
        document.addEventListener("visibilitychange", () => document.hidden || badge(0));

        // A private room shows itself only to its members, whom the server cannot tell before the script asks.
        const { ok, answer } = await ask("");
        if (ok) {
          member = answer.member;
          title = `${answer.name} · Tintype`;
          badge(0);
          say("room-name", answer.name);
          say("room-description", answer.description);
          page.hidden = false;
          if (find("missing")) find("missing").hidden = true;
          showSelf();
          connect();
        } else if (!page.hidden) {
          say("state", "The room cannot be reached. Trying again…");
          showSelf();
          setTimeout(again, 4000);
        }

        """#

    static let roomStyle = #"""
        [hidden] { display: none !important; }
        .unseen { position: absolute; width: 1px; height: 1px; overflow: hidden;
          clip-path: inset(50%); white-space: nowrap; }
        .room h1 { margin-bottom: .25rem; overflow-wrap: anywhere; }
        .room .lead { margin: 0 0 .25rem; max-width: 44rem; overflow-wrap: anywhere; }
        .room .counts { margin: 0 0 1rem; opacity: .75; }
        .room .halves { display: grid; gap: 1.25rem; grid-template-columns: minmax(0, 1fr) 13rem; }
        .room .talk { position: relative; }
        .room .log { background: var(--soft); border: 1px solid var(--line); border-radius: .75rem;
          height: max(16rem, min(34rem, 100vh - 27rem)); overflow-y: auto; padding: .75rem 1rem;
          overscroll-behavior: contain; }
        .room ol { list-style: none; margin: 0; padding: 0; }
        .room .quiet { margin: 2rem 0; opacity: .75; text-align: center; }
        .room #earlier { display: block; margin: 0 auto .5rem; }
        .room .day { font-size: .85rem; margin: 1rem 0 .25rem; opacity: .75; text-align: center; }
        .room .message { margin-top: .75rem; max-width: 85%; width: fit-content; }
        .room .message.own { margin-left: auto; }
        .room .message.follows { margin-top: .2rem; }
        .room .message.follows .by { position: absolute; width: 1px; height: 1px; overflow: hidden;
          clip-path: inset(50%); }
        .room .by { font-size: .85rem; margin: 0 0 .15rem; }
        .room .by bdi { font-weight: 600; }
        .room .by time { opacity: .75; }
        .room .own .by { text-align: right; }
        .room .words { background: var(--paper); border: 1px solid var(--line);
          border-radius: .75rem; margin: 0; overflow-wrap: anywhere; padding: .4rem .75rem;
          white-space: pre-wrap; }
        .room .own .words { border-color: var(--accent); margin-left: auto; width: fit-content; }
        .room #fresh { background: var(--accent); border-color: var(--accent); bottom: 2.5rem;
          color: var(--paper); left: 50%; position: absolute; transform: translateX(-50%); }
        .room .typing { font-size: .9rem; margin: .25rem 0; min-height: 1.5em; opacity: .75;
          overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
        .room form { align-items: center; display: flex; flex-wrap: wrap; gap: .6rem; }
        .room input, .room textarea { background: var(--soft); border: 1px solid var(--line);
          border-radius: .5rem; color: inherit; font: inherit; padding: .45rem .7rem; }
        .room textarea { flex: 1 1 12rem; min-height: 2.6rem; resize: none; }
        .room #write { align-items: end; margin-top: .5rem; }
        .room #write .hint { flex-basis: 100%; font-size: .85rem; margin: 0; }
        .room .primary { background: var(--accent); border-color: var(--accent);
          color: var(--paper); }
        .room .primary:disabled { cursor: default; opacity: .5; }
        .room .here { align-items: center; display: flex; flex-wrap: wrap; gap: .6rem; margin: .5rem 0 0; }
        .room .here bdi { font-weight: 600; overflow-wrap: anywhere; }
        .room aside h2 { margin-top: 0; }
        .room #online { flex-direction: column; gap: .35rem; max-height: 30rem; overflow-y: auto; }
        .room #online li { overflow-wrap: anywhere; padding: .1rem 0 .1rem 1.1rem; position: relative; }
        .room #online li::before { background: #3a8f5c; border-radius: 50%; content: "";
          height: .55rem; left: 0; position: absolute; top: .7rem; width: .55rem; }
        .room [role="alert"] { color: #b3261e; font-weight: 600; margin: .25rem 0; }
        .room [role="status"] { margin: .25rem 0; min-height: 0; }
        .room p.typing { min-height: 1.5em; }
        @media (prefers-color-scheme: dark) { .room [role="alert"] { color: #ffb4ab; } }
        @media (max-width: 44rem) {
          .room .halves { grid-template-columns: minmax(0, 1fr); }
          .room .log { height: max(14rem, 50vh); }
          .room #online { flex-direction: row; max-height: 8rem; }
        }

        """#
}
