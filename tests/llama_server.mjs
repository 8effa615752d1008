// An OpenAI-compatible server around llama.cpp, for tests: `node llama_server.mjs MODEL.gguf`, with NODE_LLAMA_CPP naming
// the folder of the npm package. Prints its port; answers POST /v1/chat/completions, streamed or whole.
import http from "node:http";
import path from "node:path";
import { pathToFileURL } from "node:url";

const { getLlama, LlamaChatSession } = await import(pathToFileURL(path.join(process.env.NODE_LLAMA_CPP, "dist/index.js")));
const llama = await getLlama({ gpu: false, build: "never", logLevel: "error" });
const model = await llama.loadModel({ modelPath: process.argv[2] });
const context = await model.createContext({ contextSize: 2048, threads: 1 });

async function answer(request, respond) {
    const of = (role) => request.messages.filter((one) => one.role === role).map((one) => one.content).join("\n");
    const sequence = context.getSequence();
    const session = new LlamaChatSession({ contextSequence: sequence, systemPrompt: of("system") });
    try {
        return await session.prompt(of("user"), { temperature: 0, maxTokens: request.max_tokens ?? 40, onTextChunk: respond });
    } finally {
        session.dispose();
        sequence.dispose();
    }
}

function chunk(delta, reason = null) {
    return { id: "1", object: "chat.completion.chunk", created: 1, model: "test", choices: [{ index: 0, delta, finish_reason: reason }] };
}

let turn = Promise.resolve();
const server = http.createServer((request, response) => {
    let body = "";
    request.on("data", (data) => (body += data));
    request.on("end", () => {
        turn = turn.then(async () => {
            const asked = JSON.parse(body);
            if (asked.stream) {
                response.writeHead(200, { "Content-Type": "text/event-stream" });
                const send = (document) => response.write(`data: ${JSON.stringify(document)}\n\n`);
                await answer(asked, (content) => send(chunk({ role: "assistant", content })));
                send(chunk({}, "stop"));
                response.end("data: [DONE]\n\n");
            } else {
                const message = { role: "assistant", content: await answer(asked, () => {}) };
                response.writeHead(200, { "Content-Type": "application/json" });
                const choices = [{ index: 0, message, finish_reason: "stop" }];
                response.end(JSON.stringify({ id: "1", object: "chat.completion", created: 1, model: "test", choices }));
            }
        }).catch((error) => response.destroy(error));
    });
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
