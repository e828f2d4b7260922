%% One slice of one case per start: main([Case, Milliseconds, Directory]) prints one JSON object on one line.
%% Latencies are single calls, one out of `Every`, so that reading the clock does not slow the others.
-module(call_peer).
-behaviour(gen_server).

-export([main/1]).
-export([init/1, handle_call/3, handle_cast/2, handle_info/2, terminate/2]).

-define(SERVERS, 10000).
-define(SAMPLE_EVERY, 64).
-define(SPARE_MS, 30000).

main([Case, Milliseconds, Directory]) ->
    Span = list_to_integer(Milliseconds),
    %% A slice that hangs ends the runtime instead of the whole run.
    spawn(fun() -> timer:sleep(Span + ?SPARE_MS), halt(3) end),
    print(Case, slice(Case, erlang:convert_time_unit(Span, millisecond, native), Directory)),
    halt(0).

slice("call.1caller", Span, _) ->
    Server = start(counter),
    callers(1, Span, ?SAMPLE_EVERY, fun(_, _) -> gen_server:call(Server, next) end);
slice("call.64callers.1server", Span, _) ->
    Server = start(counter),
    callers(64, Span, ?SAMPLE_EVERY, fun(_, _) -> gen_server:call(Server, next) end);
slice("call.64callers.10000servers", Span, _) ->
    Servers = list_to_tuple([start(counter) || _ <- lists:seq(1, ?SERVERS)]),
    callers(64, Span, ?SAMPLE_EVERY, fun(Caller, Count) ->
        %% Every caller walks over all servers from a place of its own.
        gen_server:call(element((Caller * 156 + Count) rem ?SERVERS + 1, Servers), next)
    end);
slice("durable.1caller", Span, Directory) ->
    durable(1, {each, Directory}, Span);
slice("durable.64callers", Span, Directory) ->
    durable(64, {group, Directory}, Span).

durable(Callers, Kind, Span) ->
    Server = start(Kind),
    Value = binary:copy(<<"v">>, 100),
    Result = callers(Callers, Span, 1, fun(Caller, Count) ->
        ok = gen_server:call(Server, {store, <<Caller:64, Count:64>>, Value}, infinity)
    end),
    gen_server:stop(Server),
    Result.

start(Kind) ->
    {ok, Server} = gen_server:start_link(?MODULE, Kind, []),
    Server.

%%% Servers

init(counter) ->
    {ok, 0};
init({Policy, Directory}) ->
    Path = filename:join(Directory, "erlang-" ++ atom_to_list(Policy) ++ ".log"),
    {ok, File} = file:open(Path, [write, raw, binary]),
    {ok, {Policy, File, Path, []}}.

handle_call(next, _From, Count) ->
    {reply, Count, Count + 1};
handle_call({store, Key, Value}, _From, {each, File, _, _} = State) ->
    ok = file:write(File, record(Key, Value)),
    ok = file:datasync(File),
    {reply, ok, State};
handle_call({store, Key, Value}, From, {group, File, Path, Waiting}) ->
    %% The commit queues up behind every request that has already arrived, and so takes all of them with it.
    Waiting =:= [] andalso (self() ! commit),
    {noreply, {group, File, Path, [{From, record(Key, Value)} | Waiting]}}.

handle_cast(_, State) ->
    {noreply, State}.

handle_info(commit, {group, File, Path, Waiting}) ->
    {Callers, Records} = lists:unzip(lists:reverse(Waiting)),
    ok = file:write(File, Records),
    ok = file:datasync(File),
    [gen_server:reply(Caller, ok) || Caller <- Callers],
    {noreply, {group, File, Path, []}}.

terminate(_, {_, File, Path, _}) ->
    file:close(File),
    file:delete(Path);
terminate(_, _) ->
    ok.

record(Key, Value) ->
    [<<(byte_size(Key)):16, (byte_size(Value)):32>>, Key, Value].

%%% Callers

callers(Number, Span, Every, Call) ->
    Self = self(),
    Started = erlang:monotonic_time(),
    Ends = Started + Span,
    Pids = [spawn_link(fun() -> Self ! {self(), repeat(Call, Caller, 0, Ends, Every, [])} end)
            || Caller <- lists:seq(0, Number - 1)],
    Results = [receive {Pid, Result} -> Result end || Pid <- Pids],
    Elapsed = erlang:monotonic_time() - Started,
    {lists:sum([Count || {Count, _} <- Results]), Elapsed, lists:append([Samples || {_, Samples} <- Results])}.

repeat(Call, Caller, Count, Ends, Every, Samples) ->
    Before = erlang:monotonic_time(),
    case Before < Ends of
        false ->
            {Count, Samples};
        true ->
            Call(Caller, Count),
            Sample = erlang:monotonic_time() - Before,
            untimed(Call, Caller, Count + 1, Every - 1),
            repeat(Call, Caller, Count + Every, Ends, Every, [Sample | Samples])
    end.

untimed(_, _, _, 0) ->
    ok;
untimed(Call, Caller, Count, Left) ->
    Call(Caller, Count),
    untimed(Call, Caller, Count + 1, Left - 1).

%%% Output

print(Case, {Operations, Elapsed, Samples}) ->
    Runtime = ["OTP ", erlang:system_info(otp_release), " ", atom_to_list(erlang:system_info(emu_flavor)), ", ",
               integer_to_list(erlang:system_info(schedulers_online)), " schedulers"],
    io:format("{\"case\":\"~s\",\"runtime\":\"~s\",\"operations\":~b,\"elapsedNanoseconds\":~b,\"samples\":[~s]}~n",
              [Case, Runtime, Operations, nanoseconds(Elapsed),
               lists:join(",", [integer_to_list(nanoseconds(Sample)) || Sample <- Samples])]).

nanoseconds(Time) ->
    erlang:convert_time_unit(Time, native, nanosecond).
