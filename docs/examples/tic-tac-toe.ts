// One game: the first two players to come sit down, whoever comes later watches.
import { DurableObject } from "cloudflare:workers";

type Mark = "X" | "O";

interface Game {
  board: (Mark | null)[];
  turn: Mark;
}

class Refusal extends Error {}

const LINES = [
  [0, 1, 2], [3, 4, 5], [6, 7, 8], [0, 3, 6], [1, 4, 7], [2, 5, 8], [0, 4, 8], [2, 4, 6],
];

function newGame(): Game {
  return { board: Array(9).fill(null), turn: "X" };
}

function winner({ board }: Game): Mark | null {
  const line = LINES.find(([a, b, c]) => board[a] !== null && board[a] === board[b] && board[a] === board[c]);
  return line ? board[line[0]] : null;
}

function isOver(game: Game): boolean {
  return winner(game) !== null || !game.board.includes(null);
}

function play(game: Game, cell: unknown, mark: Mark): void {
  if (isOver(game)) throw new Refusal("The game is over.");
  if (mark !== game.turn) throw new Refusal("It is not your turn.");
  if (typeof cell !== "number" || !(cell in game.board)) throw new Refusal("There is no such cell.");
  if (game.board[cell] !== null) throw new Refusal("The cell is taken.");
  game.board[cell] = mark;
  game.turn = mark === "X" ? "O" : "X";
}

export class GameRoom extends DurableObject {
  async fetch(request: Request): Promise<Response> {
    if (request.headers.get("upgrade") !== "websocket") return new Response("Expected a WebSocket", { status: 426 });
    const player = new URL(request.url).searchParams.get("player");
    if (!player) return new Response("Say who you are: ?player=…", { status: 400 });
    const mark = await this.seat(player);
    const pair = new WebSocketPair();
    this.ctx.acceptWebSocket(pair[1], mark ? [mark] : []);
    pair[1].send(JSON.stringify({ you: mark ?? "watching" }));
    pair[1].send(this.view(await this.game()));
    return new Response(null, { status: 101, webSocket: pair[0] });
  }

  async webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): Promise<void> {
    let game = await this.game();
    try {
      const mark = this.ctx.getTags(socket)[0] as Mark | undefined;
      if (!mark) throw new Refusal("It is not your turn.");
      const move = this.read(message);
      if (move?.again !== true) play(game, move?.cell, mark);
      else if (isOver(game)) game = newGame();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return socket.send(JSON.stringify({ error: error.message }));
    }
    await this.ctx.storage.put("game", game);
    const view = this.view(game);
    for (const socket of this.ctx.getWebSockets()) if (socket.readyState === WebSocket.OPEN) socket.send(view);
  }

  async webSocketClose(socket: WebSocket, code: number, reason: string): Promise<void> {
    socket.close(code, reason);
  }

  private read(message: string | ArrayBuffer): any {
    try {
      return JSON.parse(message as string);
    } catch {
      throw new Refusal("There is no such cell.");
    }
  }

  private async game(): Promise<Game> {
    return (await this.ctx.storage.get<Game>("game")) ?? newGame();
  }

  private view(game: Game): string {
    return JSON.stringify({ ...game, winner: winner(game), isOver: isOver(game) });
  }

  private async seat(player: string): Promise<Mark | null> {
    const seats = (await this.ctx.storage.get<string[]>("seats")) ?? [];
    if (!seats.includes(player) && seats.length < 2) {
      seats.push(player);
      await this.ctx.storage.put("seats", seats);
    }
    return (["X", "O"] as const)[seats.indexOf(player)] ?? null;
  }
}
