using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using RideBooking.Contracts;

namespace RideBooking.Schemas.Export;

/// <summary>The documentation comments of the contracts, as Markdown.</summary>
internal static partial class DocumentationComments
{
    // Beside the assembly in every build; a published application does not export schemas.
    static readonly Lazy<Dictionary<string, XElement>> s_members = new(() =>
        XDocument
            .Load(Path.ChangeExtension(typeof(EventAttribute).Assembly.Location, ".xml"))
            .Descendants("member")
            .ToDictionary(member => member.Attribute("name")!.Value)
    );

    /// <summary>Returns what a record or type is; empty if it is not documented.</summary>
    public static string Of(Type type) => Text(Member(type)?.Element("summary"));

    /// <summary>Returns what a member of a record is; empty if it is not documented.</summary>
    public static string Of(Type record, string member) =>
        Text(Member(record)?.Elements("param").SingleOrDefault(param => param.Attribute("name")?.Value == member));

    /// <summary>Returns what a member of a record is; empty if it is not documented.</summary>
    public static string Of(PropertyInfo property) => Of(property.DeclaringType!, property.Name);

    static XElement? Member(Type type) => s_members.Value.GetValueOrDefault($"T:{type.FullName}");

    /// <summary>Formats code as code, and references as words.</summary>
    static string Text(XElement? documentation) =>
        documentation is null
            ? ""
            : Whitespace()
                .Replace(
                    string.Concat(
                        documentation
                            .Nodes()
                            .Select(node =>
                                node switch
                                {
                                    XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
                                    XElement { Name.LocalName: "paramref" } parameter =>
                                        $"`{JsonNamingPolicy.CamelCase.ConvertName(parameter.Attribute("name")!.Value)}`",
                                    XElement other => other.Value,
                                    XText text => text.Value,
                                    _ => "",
                                }
                            )
                    ),
                    " "
                )
                .Trim();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Whitespace();
}
