using System.Text.Json.Nodes;
using CsCheck;
using RideBooking.Schemas;

namespace RideBooking.Tests.Schemas;

public sealed class CompatibilityTests
{
    const string Text = """{"type":"string"}""";
    const string Number = """{"type":"integer"}""";

    /// <summary>What changed, the old and the new member, and the rule that it breaks in each direction.</summary>
    public static TheoryData<string, string?, string?, string?, string?> Changes =>
        new()
        {
            { "nothing", Required(Text), Required(Text), null, null },
            { "added required member", null, Required(Text), "required_member_missing at 'x'", null },
            { "removed required member", Required(Text), null, null, "required_member_missing at 'x'" },
            { "added optional member", null, Optional(Text), null, null },
            { "removed optional member", Optional(Text), null, null, null },
            { "optional, then required", Optional(Text), Required(Text), "required_member_missing at 'x'", null },
            { "required, then optional", Required(Text), Optional(Text), null, "required_member_missing at 'x'" },
            { "another type", Required(Text), Required(Number), "type_changed at 'x'", "type_changed at 'x'" },
            { "a wider type", Required(Number), Required("""{"type":"number"}"""), null, "type_changed at 'x'" },
            {
                "may be null",
                Required(Text),
                Required("""{"type":["string","null"]}"""),
                null,
                "null_not_accepted at 'x'"
            },
            {
                "may no longer be null",
                Required("""{"type":["string","null"]}"""),
                Required(Text),
                "null_not_accepted at 'x'",
                null
            },
            {
                "one more value",
                Required("""{"enum":["a","b"]}"""),
                Required("""{"enum":["a","b","c"]}"""),
                null,
                "value_not_accepted at 'x': the writer may write \"c\""
            },
            {
                "one value less",
                Required("""{"enum":["a","b"]}"""),
                Required("""{"enum":["b"]}"""),
                "value_not_accepted at 'x': the writer may write \"a\"",
                null
            },
            {
                "values instead of any text",
                Required(Text),
                Required("""{"type":"string","enum":["a"]}"""),
                "value_not_accepted at 'x'",
                null
            },
            {
                "another format",
                Required("""{"type":"string","format":"date-time"}"""),
                Required("""{"type":"string","format":"date"}"""),
                "format_changed at 'x'",
                "format_changed at 'x'"
            },
            {
                "a format",
                Required(Text),
                Required("""{"type":"string","format":"uuid"}"""),
                "format_changed at 'x'",
                null
            },
            {
                "a pattern",
                Required(Text),
                Required("""{"type":"string","pattern":"^a$"}"""),
                "pattern_changed at 'x'",
                null
            },
            {
                "a higher minimum",
                Required("""{"type":"integer","minimum":1}"""),
                Required("""{"type":"integer","minimum":2}"""),
                "bound_narrowed at 'x'",
                null
            },
            {
                "a longer text",
                Required("""{"type":"string","maxLength":10}"""),
                Required("""{"type":"string","maxLength":20}"""),
                null,
                "bound_narrowed at 'x'"
            },
            {
                "a member of a member",
                Required(Object(Required(Text))),
                Required(Object(Required(Number))),
                "type_changed at 'x.x'",
                "type_changed at 'x.x'"
            },
            {
                "a member of an item",
                Required(List(Object(null))),
                Required(List(Object(Required(Text)))),
                "required_member_missing at 'x[].x'",
                null
            },
            {
                "an unknown keyword",
                Required("""{"type":"string","contentEncoding":"base64"}"""),
                Required("""{"type":"string","contentEncoding":"base32"}"""),
                "keyword_changed at 'x'",
                "keyword_changed at 'x'"
            },
            { "a description", Required(Text), Required("""{"type":"string","description":"new"}"""), null, null },
            {
                "null by a choice",
                Required("""{"anyOf":[{"type":"string"},{"type":"null"}]}"""),
                Required("""{"type":["string","null"]}"""),
                null,
                null
            },
        };

    [Theory]
    [MemberData(nameof(Changes))]
    public void A_change_breaks_the_rules_that_it_should(
        string change,
        string? old,
        string? now,
        string? backward,
        string? forward
    )
    {
        var (before, after) = (Parse(Object(old)), Parse(Object(now)));

        ShouldSay(WriterAndReader.Mismatches(writer: before, reader: after), backward, change);
        ShouldSay(WriterAndReader.Mismatches(writer: after, reader: before), forward, change);
    }

    [Fact]
    public void A_renamed_member_is_recognized()
    {
        var old = Parse("""{"type":"object","properties":{"pickup":{"type":"string"}},"required":["pickup"]}""");
        var now = Parse("""{"type":"object","properties":{"origin":{"type":"string"}},"required":["origin"]}""");

        WriterAndReader
            .Mismatches(writer: old, reader: now)
            .ShouldHaveSingleItem()
            .ToString()
            .ShouldBe(
                "required_member_missing at 'origin': the reader requires it, the writer does not write it "
                    + "(it writes 'pickup' of the same type: a member cannot be renamed)"
            );
    }

    [Theory]
    [InlineData("NONE")]
    [InlineData("BACKWARD", "backward 2")]
    [InlineData("BACKWARD_TRANSITIVE", "backward 1", "backward 2")]
    [InlineData("FORWARD", "forward 2")]
    [InlineData("FORWARD_TRANSITIVE", "forward 1", "forward 2")]
    [InlineData("FULL", "backward 2", "forward 2")]
    [InlineData("FULL_TRANSITIVE", "backward 1", "forward 1", "backward 2", "forward 2")]
    public void A_level_says_which_versions_must_understand_each_other(string level, params string[] compared)
    {
        var text = Parse(Object(Required(Text)));
        var number = Parse(Object(Required(Number)));

        Compatibility
            .Check(
                Enum.GetValues<CompatibilityLevel>().Single(one => one.Spelling() == level),
                number,
                [(1, text), (2, text)]
            )
            .Select(found => $"{found.Direction} {found.Other}")
            .ShouldBe(compared);
    }

    [Fact]
    public void Versions_that_fit_their_neighbours_but_not_each_other_are_found()
    {
        // Each step is allowed; together they turn a number into a text.
        var (first, second, third) = (
            Parse(Object(Required(Number))),
            Parse(Object(null)),
            Parse(Object(Optional(Text)))
        );

        Compatibility.Check(CompatibilityLevel.Backward, second, [(1, first)]).ShouldBeEmpty();
        Compatibility.Check(CompatibilityLevel.Backward, third, [(1, first), (2, second)]).ShouldBeEmpty();
        Compatibility
            .Check(CompatibilityLevel.BackwardTransitive, third, [(1, first), (2, second)])
            .ShouldHaveSingleItem()
            .Other.ShouldBe(1);
    }

    [Fact]
    public void A_schema_that_contains_itself_can_be_compared()
    {
        var list = Parse("""{"type":"object","properties":{"next":{"$ref":"#"},"x":{"type":"string"}}}""");
        var other = Parse("""{"type":"object","properties":{"next":{"$ref":"#"},"x":{"type":"integer"}}}""");

        WriterAndReader.Mismatches(list, list).ShouldBeEmpty();
        WriterAndReader.Mismatches(list, other).ShouldHaveSingleItem().Member.ShouldBe("x");
    }

    [Fact]
    public void Every_schema_fits_itself() =>
        s_schemas.Sample(schema => WriterAndReader.Mismatches(schema, schema).Count == 0);

    [Fact]
    public void If_two_schemas_fit_the_reader_accepts_whatever_the_writer_writes() =>
        Gen.Select(s_schemas, s_schemas, Gen.Int[0, 9], Gen.Int)
            .Sample(
                (writer, other, change, seed) =>
                {
                    // Unrelated schemas rarely fit, so the reader is mostly the writer's schema with one change.
                    var reader = change == 0 ? other : Changed(writer, other, new Random(seed));
                    var random = new Random(seed);
                    return WriterAndReader.Mismatches(writer, reader).Count > 0
                        || Enumerable
                            .Range(0, 20)
                            .All(_ => SampleMessages.Accepts(reader, SampleMessages.Some(writer, random)));
                },
                iter: 3000
            );

    static readonly Gen<JsonNode> s_leaves = Gen.OneOf<JsonNode>(
        Gen.OneOf<string>("string", "integer", "number", "boolean").Select(type => Node($$"""{"type":"{{type}}"}""")),
        Gen.OneOf<string>("string", "integer").Select(type => Node($$"""{"type":["{{type}}","null"]}""")),
        Gen.Int[1, 3]
            .Select(count =>
                Node($$"""{"type":"integer","enum":[{{string.Join(',', Enumerable.Range(1, count))}}]}""")
            ),
        Gen.Select(
            Gen.Int[0, 3],
            Gen.Int[4, 8],
            (min, max) => Node($$"""{"type":"integer","minimum":{{min}},"maximum":{{max}}}""")
        ),
        Gen.Select(
            Gen.Int[0, 2],
            Gen.Int[3, 5],
            (min, max) => Node($$"""{"type":"string","minLength":{{min}},"maxLength":{{max}}}""")
        )
    );

    static readonly Gen<JsonNode> s_schemas = Objects(
        Gen.OneOf<JsonNode>(s_leaves, Objects(s_leaves), s_leaves.Select(ListOf))
    );

    static Gen<JsonNode> Objects(Gen<JsonNode> members) =>
        Gen.Select(
            members.Array[0, 3],
            Gen.Bool.Array[3],
            (parts, required) =>
            {
                var names = new[] { "a", "b", "c" }.Take(parts.Length).ToArray();
                return (JsonNode)
                    new JsonObject
                    {
                        ["type"] = "object",
                        ["properties"] = new JsonObject(
                            names.Zip(parts, (name, part) => KeyValuePair.Create(name, (JsonNode?)part.DeepClone()))
                        ),
                        ["required"] = new JsonArray([
                            .. names.Where((_, index) => required[index]).Select(name => (JsonNode)name),
                        ]),
                    };
            }
        );

    static JsonNode ListOf(JsonNode items) => new JsonObject { ["type"] = "array", ["items"] = items.DeepClone() };

    /// <summary>Returns a schema with one member added, removed, replaced, or no longer required.</summary>
    static JsonNode Changed(JsonNode schema, JsonNode other, Random random)
    {
        var changed = schema.DeepClone();
        var (members, required) = (changed["properties"]!.AsObject(), changed["required"]!.AsArray());
        var part = other["properties"]!.AsObject().FirstOrDefault().Value?.DeepClone() ?? Node(Text);
        var name = new[] { "a", "b", "c", "d" }[random.Next(4)];
        switch (random.Next(3))
        {
            case 0:
                members[name] = part;
                break;
            case 1:
                members.Remove(name);
                goto default;
            default:
                if (required.FirstOrDefault(one => one!.GetValue<string>() == name) is { } found)
                    required.Remove(found);
                break;
        }
        return changed;
    }

    static void ShouldSay(IReadOnlyList<Mismatch> found, string? expected, string change)
    {
        if (expected is null)
            found.ShouldBeEmpty(change);
        else
            found.ShouldHaveSingleItem().ToString().ShouldStartWith(expected);
    }

    static string Required(string member) => $$"""{{Optional(member)}},"required":["x"]""";

    static string Optional(string member) => $$""" "properties":{"x":{{member}}}""";

    static string Object(string? members) =>
        members is null ? """{"type":"object"}""" : $$"""{"type":"object",{{members}}}""";

    static string List(string items) => $$"""{"type":"array","items":{{items}}}""";

    static JsonNode Node(string json) => JsonNode.Parse(json)!;

    static JsonNode Parse(string json) => Node(json);
}
