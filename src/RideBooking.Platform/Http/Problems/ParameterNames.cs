using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;

namespace RideBooking.Platform.Http.Problems;

/// <summary>Names the parameters of an operation as its clients do.</summary>
internal static class ParameterNames
{
    /// <summary>Returns the name in the query, header or route of what the handler calls by another name.</summary>
    /// <param name="name">The handler's parameter, or the property of a record of parameters.</param>
    /// <param name="endpoint">The operation.</param>
    public static string InRequest(string name, Endpoint? endpoint) =>
        endpoint
            ?.Metadata.OfType<IParameterBindingMetadata>()
            .Where(parameter => parameter.Name == name)
            .Select(DeclaredName)
            .FirstOrDefault()
        ?? JsonNamingPolicy.CamelCase.ConvertName(name);

    /// <summary>Returns the name that the parameter's binding declares; null if it is the parameter's own.</summary>
    public static string? DeclaredName(IParameterBindingMetadata parameter) =>
        parameter
            .ParameterInfo.GetCustomAttributes()
            .Select(source =>
                source switch
                {
                    IFromQueryMetadata query => query.Name,
                    IFromHeaderMetadata header => header.Name,
                    IFromRouteMetadata route => route.Name,
                    _ => null,
                }
            )
            .FirstOrDefault(declared => declared is not null);
}
